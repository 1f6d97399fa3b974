//! What fingers and the mouse do on the plot: a press that moves pans, two fingers zoom, one that stays chooses.
//! It knows no element and changes nothing: it says what was meant.

/// Pixels that a press may move and still be a choice.
const STILL: f64 = 4.0;

/// The pointers that are down, each where it was last, in pixels of the plot.
#[derive(Clone, Debug, Default)]
pub(super) struct Hands {
    down: Vec<(i32, f64)>,
    /// Where the first one was pressed; `None` once it moved.
    pressed: Option<(f64, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meant {
    Nothing,
    /// The pointer is over something, with nothing pressed.
    Hover,
    /// By pixels; above 0 to the right.
    Pan {
        by: f64,
    },
    /// Two fingers, before and after.
    Pinch {
        before: (f64, f64),
        after: (f64, f64),
    },
    Choose,
}

impl Hands {
    pub(super) fn pressed(&mut self, id: i32, x: f64, y: f64) {
        self.down.retain(|(other, _)| *other != id);
        self.down.push((id, x));
        self.pressed = (self.down.len() == 1).then_some((x, y));
    }

    pub(super) fn moved(&mut self, id: i32, x: f64, y: f64) -> Meant {
        let Some(at) = self.down.iter().position(|(other, _)| *other == id) else { return Meant::Hover };
        if self.pressed.is_some_and(|(from_x, from_y)| (x - from_x).hypot(y - from_y) <= STILL) {
            return Meant::Nothing;
        }
        self.pressed = None;
        let before = self.down.clone();
        self.down[at].1 = x;
        match (before.as_slice(), self.down.as_slice()) {
            ([(_, from)], _) => Meant::Pan { by: x - from },
            ([(_, one), (_, other)], [(_, one_now), (_, other_now)]) => {
                Meant::Pinch { before: (*one, *other), after: (*one_now, *other_now) }
            }
            _ => Meant::Nothing,
        }
    }

    pub(super) fn released(&mut self, id: i32) -> Meant {
        self.down.retain(|(other, _)| *other != id);
        if self.pressed.take().is_some() { Meant::Choose } else { Meant::Nothing }
    }

    /// The browser took a pointer away, to scroll with it.
    pub(super) fn lost(&mut self, id: i32) {
        self.down.retain(|(other, _)| *other != id);
        self.pressed = None;
    }

    /// A pointer that is pressed and has moved.
    pub(super) fn is_dragging(&self) -> bool {
        !self.down.is_empty() && self.pressed.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_that_stays_chooses_and_one_that_moves_pans() {
        let mut hands = Hands::default();
        assert_eq!(hands.moved(1, 5.0, 5.0), Meant::Hover);
        hands.pressed(1, 10.0, 10.0);
        assert_eq!(hands.moved(1, 12.0, 11.0), Meant::Nothing);
        assert_eq!(hands.released(1), Meant::Choose);
        hands.pressed(1, 10.0, 10.0);
        assert_eq!(hands.moved(1, 20.0, 10.0), Meant::Pan { by: 10.0 });
        assert_eq!(hands.moved(1, 19.0, 10.0), Meant::Pan { by: -1.0 });
        assert_eq!(hands.released(1), Meant::Nothing);
    }

    #[test]
    fn two_fingers_pinch_and_a_scroll_chooses_nothing() {
        let mut hands = Hands::default();
        hands.pressed(1, 100.0, 0.0);
        hands.pressed(2, 200.0, 0.0);
        assert_eq!(
            hands.moved(2, 260.0, 0.0),
            Meant::Pinch { before: (100.0, 200.0), after: (100.0, 260.0) }
        );
        assert_eq!((hands.released(2), hands.released(1)), (Meant::Nothing, Meant::Nothing));
        hands.pressed(1, 10.0, 10.0);
        hands.lost(1);
        assert_eq!(hands.released(1), Meant::Nothing);
    }
}
