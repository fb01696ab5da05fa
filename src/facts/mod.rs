//! Floor 4: derived facts, the words that rules use: public, egress, exposed, tier, behind the CDN, ….
//!
//! Owns every computation over the graph that is more than reading one attribute. Each fact is one
//! [`Derived`]: a signature (name, kinds or roles, type, meaning) and a function from a resource to a
//! value *with the path that proves it*. Three-valued throughout: what is not known stays unknown and
//! says why.
//!
//! Must not know Terraform, CloudFormation, files, rules or reports: it reads the graph through
//! [`view::View`] by the catalog's names alone.
//!
//! To add one: write the function in the file of its area, add a line to that file's `FACTS`, a section
//! in `docs/facts.md` (a test asks for it) and cases in `tests/facts/`.

use std::sync::LazyLock;

use crate::model::read::Answer;
use crate::model::schema::DerivedSig;
use crate::model::value::ResId;

mod access;
mod acl;
mod balancers;
mod buckets;
mod capacity;
mod consumers;
mod edge;
mod endpoints;
mod exposure;
mod groups;
mod holders;
pub mod items;
mod literal;
mod machine;
pub mod net;
mod policy;
mod routing;
mod secrets;
mod service_use;
mod services;
mod sources;
mod stores;
mod tiers;
pub mod view;
mod volumes;
mod zones;

use items::Known;
use view::View;

/// A derived fact.
#[derive(Clone, Copy, Debug)]
pub struct Derived {
    /// Name, kinds or roles, type and meaning.
    pub sig: DerivedSig,
    /// Computes it; `Err` says why it is unknown.
    pub f: fn(&View<'_>, ResId) -> Known<Answer>,
}

impl Derived {
    /// One line of an area's table.
    const fn new(
        name: &'static str,
        on: &'static [&'static str],
        ty: &'static str,
        means: &'static str,
        f: fn(&View<'_>, ResId) -> Known<Answer>,
    ) -> Self {
        Self { sig: DerivedSig { name, on, ty, means }, f }
    }
}

/// Every derived fact. An attribute's [`crate::model::schema::Origin::Derived`] is an index of this.
pub fn registry() -> &'static [Derived] {
    static ALL: LazyLock<Vec<Derived>> = LazyLock::new(|| {
        [
            routing::FACTS,
            zones::FACTS,
            exposure::FACTS,
            groups::FACTS,
            sources::FACTS,
            tiers::FACTS,
            capacity::FACTS,
            machine::FACTS,
            balancers::FACTS,
            stores::FACTS,
            volumes::FACTS,
            consumers::FACTS,
            edge::FACTS,
            buckets::FACTS,
            secrets::FACTS,
            access::FACTS,
            service_use::FACTS,
            endpoints::FACTS,
        ]
        .concat()
    });
    &ALL
}

/// The signatures, in the order of [`registry`], for [`crate::model::schema::Schema::add_derived`].
pub fn signatures() -> Vec<DerivedSig> {
    registry().iter().map(|d| d.sig).collect()
}
