//! A small writer of HTML that is also well-formed XML, so that any parser can read it.

use std::fmt::Write as _;

use crate::error::Error;
use crate::render::{Table, escaped};

const STYLE: &str = include_str!("style.css");

/// A slider for one number.
pub(super) struct Slider {
    pub(super) address: String,
    /// The label.
    pub(super) name: String,
    /// The value at the position.
    pub(super) value: String,
    /// The position.
    pub(super) place: u32,
}

/// A cell of the table of answers.
pub(super) enum Cell {
    /// Text, with a note below it.
    Words(String, String),
    /// A figure that is read first, with a note below it.
    Figure(String, String),
    /// A picture.
    Picture(String),
}

impl Cell {
    fn html(&self) -> String {
        let below = |note: String| if note.is_empty() { note } else { format!("<br/><small>{note}</small>") };
        match self {
            Self::Words(text, note) => format!("{}{}", escaped(text), below(escaped(note))),
            Self::Figure(text, note) => {
                let note = with_figures(&escaped(note)).replace(": ", ": <wbr/>").replace("; ", "; <wbr/>");
                format!("<span class=\"figure\"><strong>{}</strong>{}</span>", escaped(text), below(note))
            }
            Self::Picture(svg) => svg.clone(),
        }
    }
}

/// A document under construction. All text is escaped, except for pictures.
#[derive(Default)]
pub(super) struct HtmlPage {
    body: String,
}

impl HtmlPage {
    pub(super) fn heading(&mut self, level: u8, text: &str) {
        self.put(format_args!("<h{level}>{}</h{level}>", escaped(text)));
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.put(format_args!("<p>{}</p>", escaped(text)));
    }

    /// A highlighted paragraph.
    pub(super) fn answer(&mut self, text: &str) {
        self.put(format_args!("<p class=\"answer\">{}</p>", escaped(text)));
    }

    pub(super) fn list(&mut self, items: &[String]) {
        let items: String = items.iter().map(|item| format!("<li>{}</li>", escaped(item))).collect();
        self.put(format_args!("<ul>{items}</ul>"));
    }

    /// A chart in two versions: for wide windows, and for narrow windows and paper.
    pub(super) fn figure(&mut self, [wide, narrow]: [&str; 2]) {
        self.put(format_args!("<figure><div class=\"wide\">{wide}</div><div class=\"narrow\">{narrow}</div></figure>"));
    }

    /// A table of figures, without columns that are empty throughout.
    pub(super) fn figures(&mut self, table: &Table) {
        let filled: Vec<usize> =
            (0..table.head.len()).filter(|column| table.rows.iter().any(|row| !row[*column].is_empty())).collect();
        let keep = |row: &Vec<String>| filled.iter().map(|column| row[*column].clone()).collect::<Vec<String>>();
        let rows = table.rows.iter().map(keep);
        self.table("figures", &table.caption, &keep(&table.head), rows, with_figures);
    }

    /// A table of texts by address, whose cells are stacked in narrow windows.
    pub(super) fn places(&mut self, caption: &str, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
        self.table("places", caption, &head, rows, with_places);
    }

    /// `breaks` marks the positions at which the text of a cell may break.
    fn table(
        &mut self,
        class: &str,
        caption: &str,
        head: &[String],
        rows: impl Iterator<Item = Vec<String>>,
        breaks: fn(&str) -> String,
    ) {
        let caption = escaped(caption);
        let head: Vec<String> = head.iter().map(|cell| escaped(cell)).collect();
        let titles: String = head.iter().map(|cell| format!("<th scope=\"col\">{cell}</th>")).collect();
        self.put(format_args!("<div class=\"scroll\"><table class=\"{class}\"><caption>{caption}</caption>"));
        self.put(format_args!("<thead><tr>{titles}</tr></thead><tbody>"));
        for row in rows {
            let cells = head.iter().zip(&row).enumerate().map(|(column, (title, cell))| match column {
                0 => format!("<th scope=\"row\">{}</th>", breaks(&escaped(cell))),
                _ => format!("<td data-title=\"{title}\">{}</td>", breaks(&escaped(cell))),
            });
            self.put(format_args!("<tr>{}</tr>", cells.collect::<String>()));
        }
        self.put(format_args!("</tbody></table></div>"));
    }

    /// The table of all answers, whose cells are stacked in narrow windows.
    pub(super) fn overview(&mut self, head: &[&str], rows: &[Vec<Cell>]) {
        let titles: String = head.iter().map(|cell| format!("<th scope=\"col\">{}</th>", escaped(cell))).collect();
        self.put(format_args!(
            "<div class=\"scroll\"><table class=\"overview\"><thead><tr>{titles}</tr></thead><tbody>"
        ));
        for row in rows {
            let cells = head.iter().zip(row).enumerate().map(|(column, (title, cell))| match column {
                0 => format!("<th scope=\"row\">{}</th>", cell.html()),
                _ => format!("<td data-title=\"{}\">{}</td>", escaped(title), cell.html()),
            });
            self.put(format_args!("<tr>{}</tr>", cells.collect::<String>()));
        }
        self.put(format_args!("</tbody></table></div>"));
    }

    /// What is written by `fill` is the first page when printed.
    pub(super) fn first_page(&mut self, fill: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        self.put(format_args!("<section class=\"first\">"));
        fill(self)?;
        self.put(format_args!("</section>"));
        Ok(())
    }

    /// Text for copying.
    pub(super) fn code(&mut self, text: &str) {
        self.put(format_args!("<pre>{}</pre>", kept(text)));
    }

    /// Long text for copying, folded.
    pub(super) fn folded(&mut self, summary: &str, text: &str) {
        self.put(format_args!("<details><summary>{}</summary>", escaped(summary)));
        self.code(text);
        self.put(format_args!("</details>"));
    }

    /// Sliders and the answer that they change. Without a script they do nothing.
    pub(super) fn sliders(&mut self, rows: &[Slider], steps: u32, answer: &str) {
        self.put(format_args!("<div id=\"live\" class=\"live\">"));
        for Slider { address, name, value, place } in rows {
            let (address, name) = (escaped(address), with_places(&escaped(name)));
            self.put(format_args!(
                "<label title=\"{address}\"><span>{name}</span><input type=\"range\" min=\"0\" max=\"{steps}\" step=\"1\" value=\"{place}\" disabled=\"disabled\"/>\
                 <output>{}</output></label>",
                escaped(value)
            ));
        }
        self.put(format_args!(
            "<p class=\"answer\">Probability <strong id=\"live-answer\">{}</strong> <button id=\"live-reset\" type=\"button\" hidden=\"hidden\">reset</button></p>\
             <p id=\"live-note\">The sliders need JavaScript; without it this is the answer near the medians.</p></div>",
            escaped(answer)
        ));
    }

    /// A script with its data, as HTML and as XML.
    pub(super) fn script(&mut self, data: &str, script: &str) {
        let data = data.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e");
        self.put(format_args!("<script type=\"application/json\" id=\"live-data\">{data}</script>"));
        self.put(format_args!("<script>//<![CDATA[\n{script}//]]></script>"));
    }

    fn put(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a String does not fail.
        let _ = writeln!(self.body, "{element}");
    }

    pub(super) fn finish(self, title: &str) -> String {
        let (title, body) = (escaped(title), self.body);
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
             <meta name=\"color-scheme\" content=\"light dark\"/>\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
        )
    }
}

/// An address or a distribution, which may break before a name and after a bracket, but not within a number.
fn with_places(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        out.push(character);
        let is_before_name = characters.peek().is_some_and(|next| next.is_alphabetic());
        if matches!(character, '(' | '[' | ']' | ',') || (matches!(character, '.' | '_') && is_before_name) {
            out.push_str("<wbr/>");
        }
    }
    out
}

/// A cell of figures, which may break only within an interval and before a bracket.
fn with_figures(text: &str) -> String {
    text.replace(" – ", " – <wbr/>").replace(" (", " <wbr/>(")
}

/// Text with its lines and tabs preserved.
fn kept(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(escaped).collect::<Vec<_>>().join("\t");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
