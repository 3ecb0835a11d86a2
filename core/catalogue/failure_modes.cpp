#include "core/catalogue/catalogue.h"

namespace alwayson {

namespace {

bool edits(const FailureMode& mode) {
    return mode.effect || mode.timeToFailure || mode.repair || mode.slowFactor || mode.errorShare ||
           mode.resumes || mode.repairedBy || mode.restartCoverage || mode.crewRepair;
}

// What the catalogue says for modes that it does not know itself.
const Distribution& defaultCrewRepair() {
    const Descriptor* part = Catalogue::builtIn().part("failure_mode");
    return std::get<Distribution>(part->parameter("crew_repair")->defaultValue);
}

// A mode that does not resolve (bad distribution, missing times) is left out.
bool resolveInto(const FailureModeSpec& spec, const FailureMode* edit,
                 std::vector<ResolvedFailureMode>& modes) {
    const auto ttf = resolve(edit && edit->timeToFailure ? *edit->timeToFailure : spec.timeToFailure);
    const auto repair = resolve(edit && edit->repair ? *edit->repair : spec.repair);
    const auto crewRepair = resolve(edit && edit->crewRepair ? *edit->crewRepair : spec.crewRepair);
    if (!ttf || !repair || !crewRepair) return false;
    ResolvedFailureMode mode{spec.id,         spec.title,           spec.effect,     *ttf,
                             *repair,         spec.slowFactor,      spec.errorShare, spec.resumes,
                             spec.repairedBy, spec.restartCoverage, *crewRepair,     !(edit && edits(*edit)),
                             spec.grade};
    if (edit) {
        mode.title = edit->title.value_or(mode.title);
        mode.effect = edit->effect.value_or(mode.effect);
        mode.slowFactor = edit->slowFactor.value_or(mode.slowFactor);
        mode.errorShare = edit->errorShare.value_or(mode.errorShare);
        mode.resumes = edit->resumes.value_or(mode.resumes);
        mode.repairedBy = edit->repairedBy.value_or(mode.repairedBy);
        mode.restartCoverage = edit->restartCoverage.value_or(mode.restartCoverage);
        if (!mode.isDefault) mode.grade = "yours";
    }
    modes.push_back(std::move(mode));
    return true;
}

const FailureMode* findEdit(const std::vector<FailureMode>& edits, std::string_view id) {
    for (const FailureMode& edit : edits)
        if (edit.id == id) return &edit;
    return nullptr;
}

std::vector<ResolvedFailureMode> resolveAll(const Descriptor* descriptor,
                                            const std::vector<FailureMode>& edits, bool defaults) {
    std::vector<ResolvedFailureMode> modes;
    static const std::vector<FailureModeSpec> kNone;
    const auto& specs = descriptor ? descriptor->failureModes : kNone;
    if (defaults)
        for (const FailureModeSpec& spec : specs) {
            const FailureMode* edit = findEdit(edits, spec.id);
            if (!edit || !edit->removed) resolveInto(spec, edit, modes);
        }
    for (const FailureMode& edit : edits) {
        const FailureModeSpec* known = descriptor ? descriptor->failureMode(edit.id) : nullptr;
        if (edit.removed || (known && defaults)) continue;
        FailureModeSpec base = known ? *known : FailureModeSpec{};
        if (!known) {
            base.id = base.title = edit.id;
            base.crewRepair = defaultCrewRepair();
            effectFromString(edit.id, base.effect); // a new mode called "hang" hangs
        }
        resolveInto(base, &edit, modes);
    }
    return modes;
}

} // namespace

std::vector<ResolvedFailureMode> failureModesOf(const Node& node) {
    return resolveAll(Catalogue::builtIn().kind(node.kind), node.failureModes, node.defaultFailureModes);
}

std::vector<ResolvedFailureMode> failureModesOf(const Domain& domain) {
    return resolveAll(Catalogue::builtIn().domain(domain.kind), domain.failureModes,
                      domain.defaultFailureModes);
}

} // namespace alwayson
