//! Reliability of every scale of a tally, as rows.

use crate::measure::math::distribution::Z95;
use crate::measure::math::linalg::Matrix;
use crate::measure::reliability::coefficients::{
    Denominator, Lambda, alpha, alpha_if_dropped, alpha_se, average_r, average_variance_extracted, difference_error,
    feldt, item_rest, item_total, item_total_corrected, loadings, median_r, odd_even, omega_of_loadings, signal_noise,
    standard_error_of_measurement,
};
use crate::measure::reliability::covariance::{Covariances, Pairing, WaveTotals, covariances_of, pair_correlations};
use crate::measure::reliability::factor::Extraction;
use crate::measure::rows::{Kind, Place, ScaleRow};
use crate::measure::value::Absence;
use crate::num::{sqrt, sum};
use crate::tally::Tally;

/// Reliability of every scale, a wave, over all units.
///
/// Scales: `alpha` with its large-sample standard error and Feldt's interval, `alpha_standardized`, `lambda_1` to
/// `lambda_6`, `omega_total`, `average_variance_extracted`, `average_r`, `median_r`, `signal_noise`, `split_half_r`,
/// `split_half_spearman_brown`, `split_half_guttman` (odd against even items), and in scale points `sem` and
/// `reliable_change` (the least change of one person beyond 1.96 standard errors). Items, with their scale in
/// `ScaleRow::within`: `item_rest_r` (psych's r.drop), `item_total_r`, `item_total_r_corrected` (r.cor) and
/// `alpha_if_dropped`.
///
/// Variants `pairwise` (each variance and covariance on those who answered, as psych and pingouin) and `listwise`
/// (those who answered every item). Lambdas are on correlations (as psych), or on covariances (`covariance_…`).
/// Standardized alpha also comes with the variances of each pair's own answers (`pair_specific`, R's `cor`). Omega is
/// by minres with the observed denominator (as psych), or by maximum likelihood (`ml_…`), on covariances
/// (`…covariance_…`), with the denominator that the model implies (`implied_…`), or the common variance over the
/// observed (`…common_…`); its pairwise form is on pair-specific correlations, as psych's.
///
/// `n` is the number of people with any answer, or with every answer. A tally that was rolled up without some of its
/// units answers `rows_needed`.
pub fn reliability(tally: &Tally) -> Vec<ScaleRow> {
    let mut rows = Vec::new();
    for wave in tally.waves() {
        let totals = WaveTotals::of(tally, wave);
        for (index, scale) in tally.layout().scales.iter().enumerate() {
            let place = Place { wave, unit: None, kind: Kind::Scale, id: &scale.id };
            let items: Vec<&str> =
                scale.items.iter().filter_map(|i| tally.layout().items.get(*i)).map(|i| i.id.as_str()).collect();
            let people = totals.people.get(index).copied().unwrap_or(0);
            for pairing in [Pairing::Pairwise, Pairing::Listwise] {
                let found = covariances_of(tally, wave, index, pairing, &totals);
                let n = match (&found, pairing) {
                    (Ok(found), _) => found.n,
                    (Err(_), Pairing::Pairwise) => people,
                    (Err(Absence::TooFew { n, .. }), _) => *n,
                    (Err(_), _) => 0,
                };
                let specific = match pairing {
                    Pairing::Pairwise => Some(pair_correlations(tally, wave, index)),
                    Pairing::Listwise => None,
                };
                let part = Part::new(found, specific, pairing, n);
                part.consistency(&mut rows, place);
                part.omega(&mut rows, place);
                part.error(&mut rows, place);
                for (i, item) in items.iter().enumerate() {
                    part.item(&mut rows, Place { kind: Kind::Item, id: item, ..place }, &scale.id, i);
                }
            }
            let own = pair_correlations(tally, wave, index).and_then(|r| alpha(&r));
            rows.push(place.row("alpha_standardized", "pair_specific", "respondents", people, own));
        }
    }
    rows
}

/// The matrices of one scale by one pairing.
struct Part {
    covariances: Result<Covariances, Absence>,
    correlations: Result<Matrix, Absence>,
    /// Those of which a factor is made.
    factored: Result<Matrix, Absence>,
    pairing: Pairing,
    n: u64,
}

impl Part {
    fn new(
        covariances: Result<Covariances, Absence>,
        specific: Option<Result<Matrix, Absence>>,
        pairing: Pairing,
        n: u64,
    ) -> Part {
        let constant = Absence::Undefined("an item does not vary");
        let correlations = match &covariances {
            Ok(c) => c.matrix.correlations().ok_or(constant),
            Err(a) => Err(a.clone()),
        };
        let factored = specific.unwrap_or_else(|| correlations.clone());
        Part { covariances, correlations, factored, pairing, n }
    }

    fn named(&self, pairwise: &'static str, listwise: &'static str) -> &'static str {
        match self.pairing {
            Pairing::Pairwise => pairwise,
            Pairing::Listwise => listwise,
        }
    }

    fn on_covariances(&self, f: impl Fn(&Matrix) -> Result<f64, Absence>) -> Result<f64, Absence> {
        self.covariances.as_ref().map_err(Absence::clone).and_then(|c| f(&c.matrix))
    }

    fn on_correlations(&self, f: impl Fn(&Matrix) -> Result<f64, Absence>) -> Result<f64, Absence> {
        self.correlations.as_ref().map_err(Absence::clone).and_then(f)
    }

    fn consistency(&self, rows: &mut Vec<ScaleRow>, place: Place<'_>) {
        let plain = self.named("pairwise", "listwise");
        let raw = self.on_covariances(alpha);
        let se = self.on_covariances(|m| alpha_se(m, self.n)).ok();
        let size = self.covariances.as_ref().map_or(0, |c| c.matrix.size());
        let interval = raw.as_ref().ok().and_then(|a| feldt(*a, self.n, size).ok());
        rows.push(place.row("alpha", plain, "respondents", self.n, raw).with(se, interval));
        let mut push = |measure, variant, value| rows.push(place.row(measure, variant, "respondents", self.n, value));
        push("alpha_standardized", plain, self.on_correlations(alpha));
        for lambda in Lambda::ALL {
            push(lambda.as_str(), plain, self.on_correlations(|m| lambda.of(m)));
            let variant = self.named("covariance_pairwise", "covariance_listwise");
            push(lambda.as_str(), variant, self.on_covariances(|m| lambda.of(m)));
        }
        push("average_r", plain, self.on_correlations(average_r));
        push("median_r", plain, self.on_correlations(median_r));
        push("signal_noise", plain, self.on_correlations(signal_noise));
        let split = |f: fn(&crate::measure::reliability::coefficients::SplitHalf) -> f64| {
            self.on_covariances(|m| odd_even(m).map(|s| f(&s)))
        };
        push("split_half_r", plain, split(|s| s.r));
        push("split_half_spearman_brown", plain, split(|s| s.spearman_brown));
        push("split_half_guttman", plain, split(|s| s.guttman));
    }

    fn omega(&self, rows: &mut Vec<ScaleRow>, place: Place<'_>) {
        use Denominator::{CommonOfObserved, Implied, Observed};
        let mut push = |measure, variant, value| rows.push(place.row(measure, variant, "respondents", self.n, value));
        let factored = self.factored.as_ref().map_err(Absence::clone);
        let raw = self.covariances.as_ref().map(|c| &c.matrix).map_err(Absence::clone);
        let of = |matrix: &Result<&Matrix, Absence>, loadings: &Result<Vec<f64>, Absence>, denominator| {
            let (matrix, loadings) = (matrix.clone()?, loadings.as_ref().map_err(Absence::clone)?);
            omega_of_loadings(loadings, matrix, denominator)
        };
        let minres = factored.clone().and_then(|m| loadings(m, Extraction::Minres));
        push("omega_total", self.named("pairwise", "listwise"), of(&factored, &minres, Observed));
        push("omega_total", self.named("implied_pairwise", "implied_listwise"), of(&factored, &minres, Implied));
        let ml = factored.clone().and_then(|m| loadings(m, Extraction::MaximumLikelihood));
        push("omega_total", self.named("ml_pairwise", "ml_listwise"), of(&factored, &ml, Observed));
        push("omega_total", self.named("ml_implied_pairwise", "ml_implied_listwise"), of(&factored, &ml, Implied));
        // Listwise both matrices have the same correlations.
        let ml = match self.pairing {
            Pairing::Listwise => ml,
            Pairing::Pairwise => raw.clone().and_then(|m| loadings(m, Extraction::MaximumLikelihood)),
        };
        let plain = self.named("ml_covariance_pairwise", "ml_covariance_listwise");
        push("omega_total", plain, of(&raw, &ml, Observed));
        let variant = self.named("ml_covariance_implied_pairwise", "ml_covariance_implied_listwise");
        push("omega_total", variant, of(&raw, &ml, Implied));
        let variant = self.named("ml_covariance_common_pairwise", "ml_covariance_common_listwise");
        push("omega_total", variant, of(&raw, &ml, CommonOfObserved));
        let extracted = raw.and_then(|m| average_variance_extracted(&ml?, m));
        push("average_variance_extracted", plain, extracted);
    }

    /// The error of one person's score, in scale points.
    fn error(&self, rows: &mut Vec<ScaleRow>, place: Place<'_>) {
        let sem = self.on_covariances(|m| {
            let sd = sqrt(sum(m.diagonal()) + 2.0 * sum(m.above())) / m.size() as f64;
            alpha(m).and_then(|a| standard_error_of_measurement(sd, a))
        });
        let change = sem.clone().map(|s| Z95 * difference_error(s));
        let variant = self.named("pairwise", "listwise");
        rows.push(place.row("sem", variant, "respondents", self.n, sem));
        rows.push(place.row("reliable_change", variant, "respondents", self.n, change));
    }

    fn item(&self, rows: &mut Vec<ScaleRow>, place: Place<'_>, scale: &str, i: usize) {
        let variant = self.named("pairwise", "listwise");
        let mut push = |measure, value| {
            rows.push(place.row(measure, variant, "respondents", self.n, value).within(scale));
        };
        push("item_rest_r", self.on_covariances(|m| item_rest(m, i)));
        push("item_total_r", self.on_covariances(|m| item_total(m, i)));
        push("item_total_r_corrected", self.on_correlations(|m| item_total_corrected(m, i)));
        push("alpha_if_dropped", self.on_covariances(|m| alpha_if_dropped(m, i)));
    }
}
