#include "app/gui/panels/failure_rows.h"

#include "app/gui/panels/parameter_text.h"
#include "app/gui/session/session.h"
#include "app/gui/widgets/value_field.h"
#include "core/base/units.h"
#include "core/model/codec.h"

#include <QVBoxLayout>

#include <algorithm>

namespace alwayson::gui {

namespace {

std::vector<FailureMode> modesOf(const Design& design, Collection collection, const std::string& id) {
    if (collection == Collection::nodes) {
        const Node* node = design.nodes.find(id);
        return node == nullptr ? std::vector<FailureMode>() : node->failureModes;
    }
    const Domain* domain = design.domains.find(id);
    return domain == nullptr ? std::vector<FailureMode>() : domain->failureModes;
}

// The JSON of the list, by way of the entity that holds it.
Operation withModes(Collection collection, const std::string& id, std::vector<FailureMode> modes,
                    const std::string& label) {
    Json value;
    if (!modes.empty()) {
        Node holder;
        holder.id = NodeId("holder");
        holder.failureModes = std::move(modes);
        value = toJson(holder).at("failure_modes");
    }
    return operation::set(collection, id, "/failure_modes", value, label);
}

bool untouched(const FailureMode& mode) {
    return !mode.removed && !mode.title && !mode.effect && !mode.timeToFailure && !mode.repair &&
           !mode.slowFactor && !mode.errorShare && !mode.repairedBy && !mode.restartCoverage &&
           !mode.crewRepair && !mode.resumes && mode.unknown.empty();
}

} // namespace

Operation editFailureMode(const Design& design, Collection collection, const std::string& id,
                          const std::string& mode, const std::string& label,
                          const std::function<void(FailureMode&)>& change) {
    std::vector<FailureMode> modes = modesOf(design, collection, id);
    auto found =
        std::find_if(modes.begin(), modes.end(), [&](const FailureMode& one) { return one.id == mode; });
    if (found == modes.end()) {
        modes.push_back({});
        found = modes.end() - 1;
        found->id = mode;
    }
    change(*found);
    if (untouched(*found)) modes.erase(found);
    return withModes(collection, id, std::move(modes), label);
}

Operation resetFailureMode(const Design& design, Collection collection, const std::string& id,
                           const std::string& mode, const std::string& label) {
    std::vector<FailureMode> modes = modesOf(design, collection, id);
    std::erase_if(modes, [&](const FailureMode& one) { return one.id == mode; });
    return withModes(collection, id, std::move(modes), label);
}

FailureModeRows::FailureModeRows(const RowContext& context, Collection collection, std::string id,
                                 QWidget* parent)
    : QWidget(parent), m_context(context), m_collection(collection), m_id(std::move(id)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_descriptor = descriptorOf(m_context.session.design(), m_id);
    if (m_descriptor != nullptr)
        for (const FailureModeSpec& spec : m_descriptor->failureModes)
            addMode(spec);
    refresh();
}

void FailureModeRows::addMode(const FailureModeSpec& spec) {
    ModeWidgets widgets;
    widgets.mode = spec.id;
    const auto field = [&](Row* row, ValueField::Commit commit) {
        auto* result = new ValueField(m_context.theme, std::move(commit), row);
        result->setFixedWidth(Row::kEditorWidth);
        QObject::connect(result, &ValueField::errorChanged, row, &Row::setError);
        row->setEditor(result);
        layout()->addWidget(row);
        return result;
    };
    constexpr int kRepairWidth = 178; // "median 40 s, p95 5 min"
    const QString title = QString::fromStdString(spec.title);
    widgets.every = new Row(m_context, title, this);
    widgets.every->setHelp(QString::fromStdString(spec.help) + QLatin1Char(' ') +
                               tr("Type \"never\" to leave it out."),
                           tr("Default: %1. Source: %2 (%3).")
                               .arg(everyText(spec.timeToFailure), QString::fromStdString(spec.source),
                                    QString::fromStdString(spec.grade)));
    widgets.everyField =
        field(widgets.every, [this, mode = spec.id](const QString& text) { return commitEvery(mode, text); });
    connect(widgets.every, &Row::resetRequested, this, [this, mode = spec.id] {
        m_context.session.apply(resetFailureMode(m_context.session.design(), m_collection, m_id, mode,
                                                 "Reset failure mode of " + m_id));
    });
    widgets.repair = new Row(m_context, tr("repaired in"), this);
    widgets.repair->setIndented(true);
    widgets.repair->setTag({});
    widgets.repair->setHelp(tr("How long until it works again, for instance \"median 40 s, p95 5 min\", "
                               "\"mean 2 h\" or \"40 s\"."),
                            tr("Default: %1.").arg(distributionText(spec.repair)));
    widgets.repairField = field(
        widgets.repair, [this, mode = spec.id](const QString& text) { return commitRepair(mode, text); });
    widgets.repairField->setFixedWidth(kRepairWidth);
    widgets.repairField->setAccessibleName(title + QStringLiteral(", ") + tr("repaired in"));
    if (spec.effect == FailureEffect::slow || spec.effect == FailureEffect::errors) {
        widgets.factor = new Row(
            m_context, spec.effect == FailureEffect::slow ? tr("slower by") : tr("of answers fail"), this);
        widgets.factor->setIndented(true);
        widgets.factor->setTag({});
        widgets.factorField =
            field(widgets.factor, [this, mode = spec.id, effect = spec.effect](const QString& text) {
                return commitFactor(mode, effect, text);
            });
    }
    m_modes.push_back(widgets);
}

void FailureModeRows::apply(const std::string& mode, const std::function<void(FailureMode&)>& change) {
    const Design& design = m_context.session.design();
    const FailureModeSpec* spec = m_descriptor->failureMode(mode);
    const std::string label =
        (spec == nullptr ? mode : spec->title) + " of " + nameOf(design, m_id).toStdString();
    m_context.session.apply(editFailureMode(design, m_collection, m_id, mode, label, change));
    refresh();
}

QString FailureModeRows::commitEvery(const std::string& mode, const QString& text) {
    const QString plain = text.trimmed().toLower();
    if (plain == QLatin1String("never")) {
        apply(mode, [](FailureMode& edit) { edit.removed = true; });
        return {};
    }
    Result<Distribution> distribution = parseDistribution(plain);
    // "2100 h" and "every 2100 h" mean a rate, not a clockwork.
    if (distribution.ok() && distribution->family == DistributionFamily::constant)
        distribution = parseDistribution(QStringLiteral("mean ") + plain);
    if (!distribution.ok()) return QString::fromStdString(distribution.error().message);
    apply(mode, [&](FailureMode& edit) {
        edit.removed = false;
        edit.timeToFailure = *distribution;
    });
    return {};
}

QString FailureModeRows::commitRepair(const std::string& mode, const QString& text) {
    const Result<Distribution> distribution = parseDistribution(text.trimmed().toLower());
    if (!distribution.ok()) return QString::fromStdString(distribution.error().message);
    apply(mode, [&](FailureMode& edit) { edit.repair = *distribution; });
    return {};
}

QString FailureModeRows::commitFactor(const std::string& mode, FailureEffect effect, const QString& text) {
    ParameterSpec spec;
    if (effect == FailureEffect::slow) {
        spec.type = ParameterType::number;
        spec.minimum = 1;
        spec.maximum = 10000;
        QString plain = text.trimmed();
        if (plain.endsWith(QLatin1Char('x'))) plain.chop(1);
        const Typed typed = parseValue(spec, plain);
        if (typed.what != Typed::What::value) return typed.error;
        apply(mode, [&](FailureMode& edit) { edit.slowFactor = typed.value.get<double>(); });
        return {};
    }
    spec.type = ParameterType::probability;
    const Typed typed = parseValue(spec, text);
    if (typed.what != Typed::What::value) return typed.error;
    apply(mode, [&](FailureMode& edit) { edit.errorShare = typed.value.get<double>(); });
    return {};
}

void FailureModeRows::refresh() {
    const Design& design = m_context.session.design();
    const std::vector<FailureMode> edits = modesOf(design, m_collection, m_id);
    for (const ModeWidgets& widgets : m_modes) {
        const FailureModeSpec* spec = m_descriptor->failureMode(widgets.mode);
        const auto edit = std::find_if(edits.begin(), edits.end(),
                                       [&](const FailureMode& one) { return one.id == widgets.mode; });
        const bool edited = edit != edits.end();
        const bool removed = edited && edit->removed;
        widgets.every->setEdited(edited);
        widgets.every->setTag(edited ? QString() : gradeTag(spec->grade));
        widgets.everyField->showValue(
            removed ? tr("never")
                    : everyText(edited && edit->timeToFailure ? *edit->timeToFailure : spec->timeToFailure));
        widgets.repair->setVisible(!removed);
        widgets.repairField->showValue(
            distributionText(edited && edit->repair ? *edit->repair : spec->repair));
        if (widgets.factor == nullptr) continue;
        widgets.factor->setVisible(!removed);
        if (spec->effect == FailureEffect::slow)
            widgets.factorField->showValue(
                QString::fromStdString(
                    formatNumber(edited && edit->slowFactor ? *edit->slowFactor : spec->slowFactor)) +
                QStringLiteral(" x"));
        else
            widgets.factorField->showValue(
                exactShare(edited && edit->errorShare ? *edit->errorShare : spec->errorShare));
    }
}

} // namespace alwayson::gui
