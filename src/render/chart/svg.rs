//! A small SVG writer: rectangles, lines, areas, circles and text, in drawing order.
//!
//! Colors are attributes, so that a reader without style sheets shows light mode, and classes, which the style sheet
//! changes in dark mode.

use std::fmt::Write as _;

use crate::random::slot_of;

/// The role of a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Paper,
    Ink,
    Soft,
    Grid,
    FanSeries(usize),
}

/// Class, light and dark colour. The series use the palette of Okabe & Ito (2008), which is distinguishable with any
/// colour vision, some darkened for contrast on white.
const PAINTS: [(&str, &str, &str); 10] = [
    ("og-paper", "#ffffff", "#16191d"),
    ("og-ink", "#1b1f24", "#eceff2"),
    ("og-soft", "#59626c", "#a8b1bb"),
    ("og-grid", "#d9dee3", "#383f47"),
    ("og-s0", "#0067a5", "#56b4e9"),
    ("og-s1", "#d55e00", "#ff9a4d"),
    ("og-s2", "#00876c", "#2fd0a6"),
    ("og-s3", "#a3437f", "#e597c6"),
    ("og-s4", "#c78500", "#f2bf4a"),
    ("og-s5", "#5b5fa8", "#a9adf5"),
];
pub(super) const SERIES: usize = 6;

/// Dashes by series, which distinguish lines without colour.
const DASHES: [&str; SERIES] = ["", "7 3", "2 2.5", "9 3 2 3", "12 3", "5 2 1 2"];

/// Fonts that systems are likely to have, for all scripts.
const FONTS: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";

impl Paint {
    fn entry(self) -> (&'static str, &'static str, &'static str) {
        PAINTS[match self {
            Self::Paper => 0,
            Self::Ink => 1,
            Self::Soft => 2,
            Self::Grid => 3,
            Self::FanSeries(index) => 4 + index % SERIES,
        }]
    }

    pub(super) fn dash(self) -> &'static str {
        match self {
            Self::FanSeries(index) => DASHES[index % SERIES],
            _ => "",
        }
    }
}

/// The style of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub(super) paint: Paint,
    pub(super) width: f64,
    pub(super) opacity: f64,
    pub(super) dash: &'static str,
}

impl Stroke {
    pub(super) fn of(paint: Paint, width: f64) -> Self {
        Self { paint, width, opacity: 1.0, dash: "" }
    }

    pub(super) fn dashed(self) -> Self {
        Self { dash: self.paint.dash(), ..self }
    }

    pub(super) fn faint(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }
}

/// The horizontal alignment of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) shown: &'a str,
    /// Text shown on hover: the full text if it was shortened.
    pub(super) full: &'a str,
    pub(super) size: f64,
    pub(super) paint: Paint,
    pub(super) anchor: Anchor,
    pub(super) bold: bool,
}

impl<'a> Text<'a> {
    pub(super) fn new(shown: &'a str, size: f64) -> Self {
        Self { shown, full: shown, size, paint: Paint::Ink, anchor: Anchor::Start, bold: false }
    }

    pub(super) fn soft(self) -> Self {
        Self { paint: Paint::Soft, ..self }
    }

    pub(super) fn at(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn of(self, full: &'a str) -> Self {
        Self { full, ..self }
    }
}

/// A picture under construction: shapes are added, then it becomes text.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    body: String,
}

impl Drawing {
    pub(super) fn rect(&mut self, (left, top): (f64, f64), (width, height): (f64, f64), paint: Paint, opacity: f64) {
        let (x, y, width, height) = (px(left), px(top), px(width), px(height));
        let look = look(Some((paint, opacity)), None);
        self.put(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{look}/>"));
    }

    pub(super) fn line(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        let (path, look) = (path(points), look(None, Some(stroke)));
        self.put(format_args!("<path d=\"{path}\"{look}/>"));
    }

    /// A closed shape, with an optional outline.
    pub(super) fn area(&mut self, points: &[(f64, f64)], paint: Paint, opacity: f64, edge: Option<Stroke>) {
        let (path, look) = (path(points), look(Some((paint, opacity)), edge));
        self.put(format_args!("<path d=\"{path}Z\"{look}/>"));
    }

    pub(super) fn circle(&mut self, (x, y): (f64, f64), radius: f64, paint: Paint, filled: bool) {
        let inside = if filled { paint } else { Paint::Paper };
        let (x, y, radius, look) = (px(x), px(y), px(radius), look(Some((inside, 1.0)), Some(Stroke::of(paint, 1.4))));
        self.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{look}/>"));
    }

    pub(super) fn text(&mut self, (x, y): (f64, f64), text: Text<'_>) {
        if text.shown.is_empty() {
            return;
        }
        let anchor = match text.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let bold = if text.bold { " font-weight=\"600\"" } else { "" };
        let title =
            if text.full == text.shown { String::new() } else { format!("<title>{}</title>", escaped(text.full)) };
        let (x, y, size, fill) = (px(x), px(y), px(text.size), look(Some((text.paint, 1.0)), None));
        let shown = escaped(text.shown);
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}{bold}{fill}>{title}{shown}</text>"
        ));
    }

    fn put(&mut self, shape: std::fmt::Arguments<'_>) {
        // Writing to a String does not fail.
        let _ = writeln!(self.body, "{shape}");
    }

    /// The complete document. The ids of title and description depend on the content, so that several pictures can be
    /// embedded in one page.
    pub(super) fn finish(self, (width, height): (f64, f64), title: &str, description: &str) -> String {
        let (title, description) = (escaped(title), escaped(description));
        let id = slot_of(&format!("{title}{description}{}", self.body));
        let style: String = PAINTS.iter().fold(String::new(), |mut style, (class, _, dark)| {
            let _ = write!(style, ".{class}{{fill:{dark}}}.{class}-l{{stroke:{dark}}}");
            style
        });
        let (width, height, body) = (px(width), px(height), self.body);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"t{id:016x} d{id:016x}\" font-family=\"{FONTS}\">\n\
             <title id=\"t{id:016x}\">{title}</title>\n<desc id=\"d{id:016x}\">{description}</desc>\n\
             <style>@media screen and (prefers-color-scheme:dark){{{style}}}</style>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\" class=\"og-paper\"/>\n{body}</svg>\n"
        )
    }
}

/// A coordinate to a tenth of a pixel.
fn px(x: f64) -> String {
    let text = format!("{x:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let verb = if index == 0 { "M" } else { "L" };
        let _ = write!(path, "{verb}{} {}", px(*x), px(*y));
    }
    path
}

/// The attributes of fill and outline, with one class for each.
fn look(fill: Option<(Paint, f64)>, edge: Option<Stroke>) -> String {
    let opacity = |what: &str, value: f64| match value {
        faint if faint < 1.0 => format!(" {what}-opacity=\"{faint:.2}\""),
        _ => String::new(),
    };
    let mut classes = Vec::new();
    let mut look = String::from(" fill=\"none\"");
    if let Some((paint, value)) = fill {
        let (class, light, _) = paint.entry();
        look = format!(" fill=\"{light}\"{}", opacity("fill", value));
        classes.push(class.to_owned());
    }
    if let Some(stroke) = edge {
        let (class, light, _) = stroke.paint.entry();
        let dash =
            if stroke.dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{}\"", stroke.dash) };
        let opacity = opacity("stroke", stroke.opacity);
        let width = px(stroke.width);
        let _ = write!(look, " stroke=\"{light}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{opacity}{dash}");
        classes.push(format!("{class}-l"));
    }
    format!("{look} class=\"{}\"", classes.join(" "))
}

/// Text for XML 1.0: its five special characters are escaped, and invalid characters replaced.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
