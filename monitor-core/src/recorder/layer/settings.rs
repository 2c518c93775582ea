//! The layers that configuration can put on any recorder.

use std::time::Duration;

use crate::model::Signals;
use crate::model::SpanKind;
use crate::recorder::FromSetting;
use crate::recorder::Recorder;
use crate::recorder::SettingError;
use crate::recorder::Settings;
use crate::recorder::layer::Keep;
use crate::recorder::layer::Labels;
use crate::recorder::layer::Layer;
use crate::recorder::layer::Only;
use crate::recorder::layer::Pattern;
use crate::recorder::layer::RateLimit;
use crate::recorder::layer::RecorderExt;
use crate::recorder::layer::Redact;
use crate::recorder::layer::Rename;
use crate::recorder::layer::Sampling;
use crate::recorder::layer::TailSampling;
use crate::recorder::layer::View;
use crate::recorder::layer::feeding::FEEDING;
use crate::recorder::layer::feeding::FEEDING_WITH_EVENTS;
use crate::recorder::layer::feeding::Feeding;

/// The recorder with the layers that the settings ask for, the first of the table in `layers` outermost.
pub(crate) fn wrap(
    mut recorder: Box<dyn Recorder>,
    settings: &mut Settings,
) -> Result<Box<dyn Recorder>, SettingError> {
    let (all, events) = (Feeding::take(settings, FEEDING)?, Feeding::take(settings, FEEDING_WITH_EVENTS)?);
    let (own, own_of_events) = (recorder.delivery(), recorder.event_delivery());
    let fed = all.applied(own.clone());
    let fed_with_events = events.applied(all.applied(own_of_events.clone()));
    if (&fed, &fed_with_events) != (&own, &own_of_events) {
        recorder = Box::new(recorder.fed(fed).fed_with_events(fed_with_events));
    }
    for Buckets { of, bounds } in settings.take::<Vec<Buckets>>("buckets")?.unwrap_or_default() {
        recorder = put(recorder, View::of(of).buckets(bounds));
    }
    let layers = [labels, rename, redact, rate_limit, tail_sampling, sampling, keep, only];
    layers.into_iter().try_fold(recorder, |recorder, layer| layer(recorder, settings))
}

type Wrapped = Result<Box<dyn Recorder>, SettingError>;

fn put(recorder: Box<dyn Recorder>, layer: impl Layer) -> Box<dyn Recorder> {
    Box::new(recorder.layer(layer))
}

fn labels(recorder: Box<dyn Recorder>, settings: &mut Settings) -> Wrapped {
    let only = settings.take::<Vec<Pattern>>("labels_keep")?;
    let without = settings.take::<Vec<Pattern>>("labels_drop")?;
    let with = settings.take::<Vec<(String, String)>>("labels_add")?;
    let renamed = settings.take::<Vec<(String, String)>>("labels_rename")?;
    if only.is_none() && without.is_none() && with.is_none() && renamed.is_none() {
        return Ok(recorder);
    }
    let labels = only.into_iter().flatten().fold(Labels::new(), Labels::only);
    let labels = without.into_iter().flatten().fold(labels, Labels::without);
    let labels = with.into_iter().flatten().fold(labels, |all, (name, value)| all.with(&name, value));
    let labels = renamed.into_iter().flatten().fold(labels, |all, (name, other)| all.renamed(name, &other));
    Ok(put(recorder, labels))
}

fn rename(recorder: Box<dyn Recorder>, settings: &mut Settings) -> Wrapped {
    let names = settings.take::<Vec<(String, String)>>("rename")?;
    let prefix = settings.take::<String>("name_prefix")?;
    if names.is_none() && prefix.is_none() {
        return Ok(recorder);
    }
    let rename = Rename::new().prefix(prefix.unwrap_or_default());
    let rename = names.into_iter().flatten().fold(rename, |all, (name, other)| all.from(name, other));
    Ok(put(recorder, rename))
}

fn redact(recorder: Box<dyn Recorder>, settings: &mut Settings) -> Wrapped {
    let mut names = settings.take::<Vec<Pattern>>("redact")?.unwrap_or_default().into_iter();
    Ok(match names.next() {
        Some(first) => put(recorder, names.fold(Redact::new(first), Redact::and)),
        None => recorder,
    })
}

fn rate_limit(recorder: Box<dyn Recorder>, settings: &mut Settings) -> Wrapped {
    Ok(match settings.take("rate_limit")? {
        Some(count) => put(recorder, RateLimit::per_second(count)),
        None => recorder,
    })
}

fn tail_sampling(recorder: Box<dyn Recorder>, settings: &mut Settings) -> Wrapped {
    let slow = settings.take::<Duration>("tail_slow")?;
    let failed = settings.take::<bool>("tail_failed")?.unwrap_or(false);
    let one_in = settings.take::<u32>("tail_one_in")?;
    let (quiet, most) = (settings.take("tail_quiet")?, settings.take("tail_at_most")?);
    if slow.is_none() && !failed && one_in.is_none() {
        let alone = [("tail_quiet", quiet.is_some()), ("tail_at_most", most.is_some())];
        return match alone.into_iter().find(|(_, is_said)| *is_said) {
            Some((key, _)) => Err(settings
                .error(key, "means nothing without one of `tail_slow`, `tail_failed` and `tail_one_in`")),
            None => Ok(recorder),
        };
    }
    let mut tail = TailSampling::new();
    if let Some(slow) = slow {
        tail = tail.slower_than(slow);
    }
    if failed {
        tail = tail.failed();
    }
    if let Some(count) = one_in {
        tail = tail.one_in(count);
    }
    if let Some(quiet) = quiet {
        tail = tail.quiet(quiet);
    }
    if let Some(spans) = most {
        tail = tail.at_most(spans);
    }
    Ok(put(recorder, tail))
}

fn sampling(recorder: Box<dyn Recorder>, settings: &mut Settings) -> Wrapped {
    Ok(match settings.take::<Share>("sample")? {
        Some(Share(share)) => put(recorder, Sampling::of(share)),
        None => recorder,
    })
}

fn keep(recorder: Box<dyn Recorder>, settings: &mut Settings) -> Wrapped {
    let only = settings.take::<Vec<Pattern>>("keep")?;
    let without = settings.take::<Vec<Pattern>>("drop")?;
    let modules = settings.take::<Vec<String>>("modules")?;
    let kinds = settings.take::<Vec<SpanKind>>("kinds")?;
    if only.is_none() && without.is_none() && modules.is_none() && kinds.is_none() {
        return Ok(recorder);
    }
    let keep = only.into_iter().flatten().fold(Keep::all(), Keep::with);
    let keep = without.into_iter().flatten().fold(keep, Keep::without);
    let keep = modules.into_iter().flatten().fold(keep, Keep::module);
    Ok(put(recorder, kinds.into_iter().flatten().fold(keep, Keep::kind)))
}

fn only(recorder: Box<dyn Recorder>, settings: &mut Settings) -> Wrapped {
    Ok(match settings.take::<Signals>("signals")? {
        Some(signals) => put(recorder, Only::new(signals)),
        None => recorder,
    })
}

/// A share from 0 to 1.
struct Share(f64);

impl FromSetting for Share {
    const EXPECTED: &'static str = "a share from 0 to 1, such as `0.1`";

    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).map(Share)
    }
}

/// Bounds of the buckets of some metrics.
struct Buckets {
    of: Pattern,
    bounds: Vec<f64>,
}

impl FromSetting for Buckets {
    const EXPECTED: &'static str =
        "`name=bounds` with growing bounds joined by spaces, such as `http.*=0.1 0.5 1`";

    fn from_setting(text: &str) -> Option<Self> {
        let (of, bounds) = text.split_once('=')?;
        let bounds: Vec<f64> = bounds.split_whitespace().map(f64::from_setting).collect::<Option<_>>()?;
        let grow = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        Some(Self { of: Pattern::from_setting(of.trim())?, bounds })
            .filter(|it| grow && !it.bounds.is_empty())
    }
}

impl FromSetting for SpanKind {
    const EXPECTED: &'static str = "`client`, `consumer`, `internal`, `producer` or `server`";

    fn from_setting(text: &str) -> Option<Self> {
        let all =
            [SpanKind::Client, SpanKind::Consumer, SpanKind::Internal, SpanKind::Producer, SpanKind::Server];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}
