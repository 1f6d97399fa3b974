//! A scene as a standalone SVG picture, for documents and chats: light, without scripts, fonts or links.

use std::fmt::Write as _;

use crate::{EdgeKind, NodeKind, NodeShape, Point, Rect, Scene, SceneEdge, SceneNode};

/// Characters that fit into a card at this type.
const TITLE_FITS: usize = 24;
const SUBTITLE_FITS: usize = 34;

/// Draws the whole scene. `catch` is the word for the lane that handles errors; all else is the definition's own text.
pub fn svg(scene: &Scene, catch: &str) -> String {
    let bounds = scene.bounds;
    let mut out = String::new();
    // Writing into a text cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w:.0} {h:.0}\" width=\"{w:.0}\" height=\"{h:.0}\" font-family=\"system-ui, sans-serif\"><defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0.5 0.5L7.5 4 0.5 7.5z\" fill=\"#566173\"/></marker></defs><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
        w = bounds.width,
        h = bounds.height
    );
    // Boxes lie below the lines, cards above them.
    scene
        .nodes
        .iter()
        .filter(|node| node.shape != NodeShape::Card)
        .for_each(|node| frame(&mut out, node, catch));
    scene.edges.iter().for_each(|edge| line(&mut out, edge));
    marker(&mut out, scene.start, "M-3 -4.5v9l7 -4.5z");
    marker(&mut out, scene.end, "M-4 -4h8v8h-8z");
    scene.nodes.iter().filter(|node| node.shape == NodeShape::Card).for_each(|node| card(&mut out, node));
    out.push_str("</svg>");
    out
}

fn frame(out: &mut String, node: &SceneNode, catch: &str) {
    let dashes = if node.shape == NodeShape::Lane { " stroke-dasharray=\"4 3\"" } else { "" };
    rectangle(out, node.rect, "#f7f9fc", dashes);
    let title = if node.kind == NodeKind::CatchLane { catch } else { &node.title };
    text(
        out,
        Point { x: node.rect.x + 14.0, y: node.rect.y + 22.0 },
        13,
        "700",
        "#17202e",
        title,
        usize::MAX,
    );
}

fn card(out: &mut String, node: &SceneNode) {
    rectangle(out, node.rect, "#fff", "");
    let middle = node.rect.y + node.rect.height / 2.0;
    let x = node.rect.x + 14.0;
    if node.subtitle.is_empty() {
        return text(out, Point { x, y: middle + 5.0 }, 14, "700", "#17202e", &node.title, TITLE_FITS);
    }
    text(out, Point { x, y: middle - 4.0 }, 14, "700", "#17202e", &node.title, TITLE_FITS);
    text(out, Point { x, y: middle + 14.0 }, 11, "400", "#566173", &node.subtitle, SUBTITLE_FITS);
}

fn rectangle(out: &mut String, rect: Rect, fill: &str, more: &str) {
    let Rect { x, y, width, height } = rect;
    let _ = write!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"8\" fill=\"{fill}\" stroke=\"#8b96a8\"{more}/>"
    );
}

fn line(out: &mut String, edge: &SceneEdge) {
    let dashes = match edge.kind {
        EdgeKind::Then | EdgeKind::Catch | EdgeKind::Dangling => " stroke-dasharray=\"5 4\"",
        _ => "",
    };
    out.push_str(
        "<polyline fill=\"none\" stroke=\"#566173\" stroke-width=\"1.5\" marker-end=\"url(#a)\" points=\"",
    );
    for Point { x, y } in &edge.points {
        let _ = write!(out, "{x:.1},{y:.1} ");
    }
    let _ = write!(out, "\"{dashes}/>");
    if let Some(label) = &edge.label {
        let at = Point { x: label.at.x + 5.0, y: label.at.y + 4.0 };
        text(out, at, 11, "400", "#1a5bd0", &label.text, 20);
    }
}

fn marker(out: &mut String, rect: Rect, sign: &str) {
    let Point { x, y } = rect.center();
    let _ = write!(
        out,
        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"11\" fill=\"#fff\" stroke=\"#566173\"/><path d=\"{sign}\" fill=\"#566173\" transform=\"translate({x:.1} {y:.1})\"/>"
    );
}

fn text(out: &mut String, at: Point, size: u32, weight: &str, fill: &str, words: &str, fits: usize) {
    let _ = write!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{fill}\">",
        at.x, at.y
    );
    // Wide characters, as of Chinese, take two places.
    let mut room = fits;
    for character in words.chars() {
        let width = if character.is_ascii() { 1 } else { 2 };
        if room < width {
            out.push('…');
            break;
        }
        room -= width;
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no place for other control characters.
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    out.push_str("</text>");
}

#[cfg(test)]
mod tests {
    use flow::Document;
    use serde_json::json;

    use super::svg;
    use crate::{LayoutOptions, layout};

    #[test]
    fn a_picture_holds_every_task_and_no_markup_of_theirs() {
        let document = Document::from_value(json!({ "do": [
            { "<img src=x onerror=alert(1)>": { "set": { "a\u{7}": 1 } } },
            { "切换流量并通知所有相关的值班人员": { "try": [{ "inner": { "call": "http", "with": { "method": "get", "endpoint": "https://a.example/?a=1&b=2" } } }], "catch": { "do": [] } } },
        ] }));
        let picture = svg(&layout(&document, &LayoutOptions::default()), "On error");
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>"));
        assert!(!picture.contains("<img") && !picture.contains('\u{7}'));
        assert!(
            picture.contains("&lt;img") && picture.contains("a=1&amp;b=2") && picture.contains("On error")
        );
        assert!(picture.contains("切换流量并通知所有相关"));
    }
}
