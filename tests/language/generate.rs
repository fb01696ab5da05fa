//! Random expressions about `db` of a given type, from a stream of choices that proptest can shrink.
//!
//! They use only attributes that are known and there, and nothing that CEL has not.

/// A stream of choices; zeros once it has run dry, which always ends the expression.
pub struct Choices<'a> {
    bytes: &'a [u8],
    at: usize,
    vars: usize,
}

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, vars: 0 }
    }

    fn pick(&mut self, of: u8) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte % of
    }

    fn one(&mut self, of: &[&str]) -> String {
        of[self.pick(u8::try_from(of.len()).unwrap()) as usize].to_owned()
    }

    fn order(&mut self) -> String {
        self.one(&["==", "!=", "<", "<=", ">", ">="])
    }

    /// A macro over a list with a fresh variable.
    fn each(&mut self, list: &str, name: &str, body: impl FnOnce(&mut Self, &str) -> String) -> String {
        let var = format!("v{}", self.vars);
        self.vars += 1;
        let body = body(self, &var);
        format!("{list}.{name}({var}, {body})")
    }

    pub fn bool(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.one(&["true", "false", "db.multi_az", "db.off"]);
        }
        let d = depth - 1;
        match self.pick(12) {
            0 => self.bool(0),
            1 => format!("!{}", self.bool(d)),
            2 => format!("({} && {})", self.bool(d), self.bool(d)),
            3 => format!("({} || {})", self.bool(d), self.bool(d)),
            4 => format!("({} {} {})", self.int(d), self.order(), self.int(d)),
            5 => format!("({} {} {})", self.num(d), self.order(), self.num(d)),
            6 => format!("({} {} {})", self.text(d), self.order(), self.text(d)),
            7 => format!("({} ? {} : {})", self.bool(d), self.bool(d), self.bool(d)),
            8 => {
                let test = self.one(&["startsWith", "endsWith", "contains"]);
                format!("{}.{test}({})", self.text(d), self.text(0))
            }
            9 => format!("({} in {})", self.text(d), self.texts(d)),
            10 => {
                let (list, name) = (self.texts(d), self.one(&["exists", "all", "exists_one"]));
                self.each(&list, &name, |c, v| {
                    let other = c.text(d.min(1));
                    format!("({v} {} {other} || {})", c.order(), c.bool(d.min(1)))
                })
            }
            _ => {
                let (list, name) = (self.ints(d), self.one(&["exists", "all"]));
                self.each(&list, &name, |c, v| {
                    let other = c.int(d.min(1));
                    format!("({v} {} {other} && {})", c.order(), c.bool(d.min(1)))
                })
            }
        }
    }

    fn int(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.one(&["0", "1", "2", "-3", "db.port", "7", "9223372036854775807"]);
        }
        let d = depth - 1;
        match self.pick(6) {
            0 => self.int(0),
            1 => {
                let op = self.one(&["+", "-", "*", "/", "%"]);
                format!("({} {op} {})", self.int(d), self.int(d))
            }
            2 => format!("(-{})", self.int(d)),
            3 => format!("size({})", self.texts(d)),
            4 => format!("{}.size()", self.text(d)),
            _ => format!("({} ? {} : {})", self.bool(d), self.int(d), self.int(d)),
        }
    }

    fn num(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.one(&["0.5", "1.0", "2e3", "-0.25", "db.load"]);
        }
        let d = depth - 1;
        match self.pick(3) {
            0 => self.num(0),
            1 => {
                let op = self.one(&["+", "-", "*"]);
                format!("({} {op} {})", self.num(d), self.num(d))
            }
            _ => format!("({} ? {} : {})", self.bool(d), self.num(d), self.num(d)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.one(&[
                "\"a\"",
                "\"\"",
                "\"b\"",
                "'é'",
                "db.engine",
                "\"post\"",
                "r'\\n'",
                "\"\\u00e9\"",
            ]);
        }
        let d = depth - 1;
        match self.pick(3) {
            0 => self.text(0),
            1 => format!("({} + {})", self.text(d), self.text(d)),
            _ => format!("({} ? {} : {})", self.bool(d), self.text(d), self.text(d)),
        }
    }

    fn texts(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.one(&["db.zones", "[\"a\"]", "[\"b\", \"c\", \"b\"]", "db.empty"]);
        }
        let d = depth - 1;
        match self.pick(5) {
            0 => self.texts(0),
            1 => format!("[{}, {}]", self.text(d), self.text(d)),
            2 => format!("({} + {})", self.texts(d), self.texts(d)),
            3 => {
                let list = self.texts(d);
                self.each(&list, "filter", |c, v| format!("{v} {} {}", c.order(), c.text(d.min(1))))
            }
            _ => {
                let list = self.texts(d);
                self.each(&list, "map", |c, v| format!("{v} + {}", c.text(d.min(1))))
            }
        }
    }

    fn ints(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.one(&["db.ports", "[1, 2]", "[5432]"]);
        }
        let d = depth - 1;
        match self.pick(4) {
            0 => self.ints(0),
            1 => format!("[{}, {}]", self.int(d), self.int(d)),
            2 => {
                let list = self.texts(d);
                self.each(&list, "map", |_, v| format!("size({v})"))
            }
            _ => {
                let list = self.ints(d);
                self.each(&list, "filter", |c, v| format!("{v} {} {}", c.order(), c.int(d.min(1))))
            }
        }
    }

    /// A condition that also uses what CEL has not.
    pub fn wide(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.pick(9) {
            0 => format!("{}.containsAny({})", self.texts(d), self.texts(d)),
            1 => format!("size({}.distinct()) {} {}", self.texts(d), self.order(), self.int(0)),
            2 => format!("{}.max() {} {}", self.ints(d), self.order(), self.int(0)),
            3 => format!("{}.sum() {} {}", self.ints(d), self.order(), self.int(0)),
            4 => format!("{}.join(\"-\") {} {}", self.texts(d), self.order(), self.text(0)),
            5 => format!(
                "[{}, {}].flatten().size() {} {}",
                self.texts(d),
                self.texts(d),
                self.order(),
                self.int(0)
            ),
            6 => format!("(has(db.engine) && {} || has(db.zones))", self.bool(d)),
            7 if depth > 0 => format!("({} || {})", self.wide(d), self.wide(d)),
            8 if depth > 0 => format!("!({} && {})", self.wide(d), self.wide(d)),
            _ => self.bool(depth),
        }
    }
}
