//! The bounding boxes of the texts of a chart, estimated from the document alone.

use roxmltree::{Document, Node};

/// The smallest distance of texts, in pixels.
const TOUCH: f64 = 0.5;

pub(crate) struct TextBox {
    shown: String,
    pub(crate) left: f64,
    right: f64,
    top: f64,
    pub(crate) bottom: f64,
}

/// Texts that overlap or extend beyond the picture.
pub(crate) fn overlaps(document: &Document<'_>) -> Vec<String> {
    let number = |name| number(document.root_element(), name);
    let (width, height) = (number("width"), number("height"));
    let boxes = texts(document);
    let mut found = Vec::new();
    for (index, one) in boxes.iter().enumerate() {
        if one.left < 0.0 || one.right > width || one.top < 0.0 || one.bottom > height {
            found.push(format!(
                "{:?} extends beyond the picture: {:.0} to {:.0} of {width}",
                one.shown, one.left, one.right
            ));
        }
        for other in &boxes[..index] {
            let across = one.right.min(other.right) - one.left.max(other.left);
            let down = one.bottom.min(other.bottom) - one.top.max(other.top);
            if across > TOUCH && down > TOUCH {
                found.push(format!("{:?} and {:?} overlap by {across:.1} × {down:.1}", one.shown, other.shown));
            }
        }
    }
    found
}

pub(crate) fn texts(document: &Document<'_>) -> Vec<TextBox> {
    document.descendants().filter(|node| node.has_tag_name("text")).map(text_box).collect()
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    let value = node.attribute(name).unwrap_or_else(|| panic!("no {name}"));
    value.parse().unwrap_or_else(|_| panic!("{name} = {value:?}"))
}

fn text_box(node: Node<'_, '_>) -> TextBox {
    let shown: String = node.children().filter(Node::is_text).filter_map(|text| text.text()).collect();
    let (x, y, size) = (number(node, "x"), number(node, "y"), number(node, "font-size"));
    let bold = if node.attribute("font-weight").is_some() { 1.08 } else { 1.0 };
    let width = size * bold * shown.chars().map(em).sum::<f64>();
    let left = match node.attribute("text-anchor") {
        None => x,
        Some("middle") => x - 0.5 * width,
        Some("end") => x - width,
        Some(other) => panic!("anchor {other}"),
    };
    TextBox { shown, left, right: left + width, top: y - 0.8 * size, bottom: y + 0.22 * size }
}

/// The advance width of a character in a wide sans serif, relative to the font size: means by character class.
fn em(character: char) -> f64 {
    match character {
        '\u{300}'..='\u{36f}' => 0.0,
        '\u{2e80}'.. => 1.0,
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ' ' | '\u{a0}' | '·' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '-' => 0.39,
        'm' | 'w' | 'M' | 'W' | '%' => 0.95,
        'A'..='Z' => 0.7,
        _ => 0.62,
    }
}
