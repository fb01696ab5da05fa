//! Which instances of resources and modules the plan holds.
//!
//! Owns the way from a module instance and a name to the addresses that stand for it.

use std::collections::HashMap;

use super::config::{Config, SourceId};
use super::expr::{Key, Step, steps};
use crate::base::text::Text;

/// Index of a module instance; the root is 0.
pub type ModuleId = usize;

/// One module instance.
#[derive(Debug)]
pub struct Module {
    /// Who calls it; `None` for the root.
    pub caller: Option<ModuleId>,
    /// The call's name.
    pub name: Text,
    /// Its key under `count` or `for_each`.
    pub key: Option<Key>,
    /// Its source, if the plan has it.
    pub source: Option<SourceId>,
}

/// One resource instance.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Its key under `count` or `for_each`.
    pub key: Option<Key>,
    /// Its address.
    pub address: Text,
}

/// All instances.
#[derive(Debug)]
pub struct Instances {
    modules: Vec<Module>,
    by_address: HashMap<String, ModuleId>,
    calls: HashMap<(ModuleId, Text), Vec<ModuleId>>,
    resources: HashMap<ModuleId, HashMap<String, Vec<Instance>>>,
}

impl Default for Instances {
    fn default() -> Self {
        let root = Module { caller: None, name: "".into(), key: None, source: Some(0) };
        Self {
            modules: vec![root],
            by_address: HashMap::from([(String::new(), 0)]),
            calls: HashMap::new(),
            resources: HashMap::new(),
        }
    }
}

impl Instances {
    /// The module instance at an address, added with its callers if it is new.
    pub fn module_at(&mut self, address: &str, config: &Config<'_>) -> ModuleId {
        if let Some(id) = self.by_address.get(address) {
            return *id;
        }
        let mut at = 0;
        let mut path = steps(address).into_iter().peekable();
        while let Some(step) = path.next() {
            if step.name() != Some("module") {
                break;
            }
            let Some(Step::Name(name)) = path.next() else { break };
            let key = match path.peek() {
                Some(Step::Index(key)) => Some(key.clone()),
                _ => None,
            };
            if key.is_some() {
                path.next();
            }
            at = self.child(at, name, key, config);
        }
        self.by_address.insert(address.to_owned(), at);
        at
    }

    fn child(&mut self, caller: ModuleId, name: Text, key: Option<Key>, config: &Config<'_>) -> ModuleId {
        let known = self.calls.get(&(caller, name.clone())).map(Vec::as_slice).unwrap_or_default();
        if let Some(id) = known.iter().find(|id| self.module(**id).is_some_and(|m| m.key == key)) {
            return *id;
        }
        let source = self
            .module(caller)
            .and_then(|m| m.source)
            .and_then(|s| config.source(s))
            .and_then(|s| s.calls.get(&*name))
            .map(|call| call.source);
        let id = self.modules.len();
        self.modules.push(Module { caller: Some(caller), name: name.clone(), key, source });
        self.calls.entry((caller, name)).or_default().push(id);
        id
    }

    /// Adds a resource instance.
    pub fn add(&mut self, module: ModuleId, base: &str, instance: Instance) {
        let bases = self.resources.entry(module).or_default();
        match bases.get_mut(base) {
            Some(list) => list.push(instance),
            None => {
                bases.insert(base.to_owned(), vec![instance]);
            }
        }
    }

    /// A module instance.
    pub fn module(&self, id: ModuleId) -> Option<&Module> {
        self.modules.get(id)
    }

    /// Instances of a call, in the order of the plan.
    pub fn called(&self, caller: ModuleId, name: &str) -> &[ModuleId] {
        self.calls.get(&(caller, Text::from(name))).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every resource of a module instance with its instances, in no order.
    pub fn resources(&self, module: ModuleId) -> impl Iterator<Item = (&String, &Vec<Instance>)> {
        self.resources.get(&module).into_iter().flatten()
    }

    /// Module instances that a module instance calls.
    pub fn children(&self, module: ModuleId) -> impl Iterator<Item = ModuleId> {
        self.modules.iter().enumerate().filter(move |(_, m)| m.caller == Some(module)).map(|(id, _)| id)
    }

    /// Instances of a resource, in the order of the plan: by key.
    pub fn of(&self, module: ModuleId, base: &str) -> &[Instance] {
        self.resources.get(&module).and_then(|m| m.get(base)).map(Vec::as_slice).unwrap_or_default()
    }
}
