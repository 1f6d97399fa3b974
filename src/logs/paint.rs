//! Puts a frame of the viewer on the page: rows that stay are left alone, so that neither the browser nor a selection of
//! text in them notices that others came and went.

use logs::{Draw, Frame, Viewer};
use web_sys::HtmlElement;

use super::clock::Zone;
use super::row::{Look, build};

/// The elements that lines stand in.
#[derive(Clone)]
pub(super) struct Canvas {
    /// What scrolls.
    pub lines: HtmlElement,
    /// As tall as the log.
    pub extent: HtmlElement,
    /// The rows that are drawn.
    pub block: HtmlElement,
}

#[derive(Default)]
pub(super) struct Painter {
    drawn: Vec<(Draw, HtmlElement)>,
    look: Look,
    zone: Zone,
    extent: f64,
    top: f64,
    widest: u32,
}

impl Painter {
    pub(super) fn paint(&mut self, canvas: &Canvas, viewer: &mut Viewer, look: Look) {
        let frame = viewer.frame();
        if look != self.look {
            self.look = look;
            self.drawn.drain(..).for_each(|(_, element)| element.remove());
        }
        self.place(canvas, &frame);
        self.rows(canvas, viewer, &frame);
    }

    fn place(&mut self, canvas: &Canvas, frame: &Frame) {
        if frame.extent != self.extent {
            self.extent = frame.extent;
            style(&canvas.extent, "height", &format!("{}px", frame.extent));
        }
        if frame.widest != self.widest {
            self.widest = frame.widest;
            style(&canvas.block, "--log-columns", &frame.widest.min(2_000).to_string());
        }
        if frame.top != self.top {
            self.top = frame.top;
            style(&canvas.block, "transform", &format!("translateY({}px)", frame.top));
        }
        if let Some(bar) = frame.bar {
            canvas.lines.set_scroll_top(bar.round() as i32);
        }
    }

    fn rows(&mut self, canvas: &Canvas, viewer: &Viewer, frame: &Frame) {
        let mut before = std::mem::take(&mut self.drawn).into_iter().peekable();
        // Rows that are drawn as they were stay; both lists go up by offset.
        for draw in &frame.rows {
            while before.peek().is_some_and(|(old, _)| old.offset < draw.offset) {
                if let Some((_, element)) = before.next() {
                    element.remove();
                }
            }
            let old = before.next_if(|(old, _)| old.offset == draw.offset);
            if let Some((old, element)) = old {
                if old == *draw {
                    self.drawn.push((old, element));
                    continue;
                }
                if let Some(new) = build(draw, viewer, &self.look, &mut self.zone) {
                    let _ = element.replace_with_with_node_1(&new);
                    self.drawn.push((*draw, new));
                } else {
                    element.remove();
                }
                continue;
            }
            let Some(element) = build(draw, viewer, &self.look, &mut self.zone) else { continue };
            let next = before.peek().map(|(_, element)| element.as_ref());
            // It fails only where the block has left the page; then nobody sees it.
            if canvas.block.insert_before(&element, next).is_ok() {
                self.drawn.push((*draw, element));
            }
        }
        before.for_each(|(_, element)| element.remove());
    }
}

fn style(element: &HtmlElement, name: &str, value: &str) {
    let _ = element.style().set_property(name, value);
}
