#include "app/gui/panels/distribution_rows.h"

#include "app/gui/panels/parameter_text.h"
#include "app/gui/session/session.h"
#include "app/gui/widgets/controls.h"
#include "app/gui/widgets/ui.h"
#include "app/gui/widgets/value_field.h"
#include "core/base/units.h"
#include "core/model/codec.h"

#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

enum Form { meanP99, medianP95, exponential, constant, uniform, gamma, erlang, weibull, formCount };

struct Figure {
    const char* name;
    const char* title;
};
constexpr Figure kFigures[] = {
    {"mean", QT_TRANSLATE_NOOP("DistributionRows", "Mean")},
    {"median", QT_TRANSLATE_NOOP("DistributionRows", "Median")},
    {"p95", QT_TRANSLATE_NOOP("DistributionRows", "95 of 100 below")},
    {"p99", QT_TRANSLATE_NOOP("DistributionRows", "99 of 100 below")},
    {"value", QT_TRANSLATE_NOOP("DistributionRows", "Always")},
    {"min", QT_TRANSLATE_NOOP("DistributionRows", "At least")},
    {"max", QT_TRANSLATE_NOOP("DistributionRows", "At most")},
    {"mode", QT_TRANSLATE_NOOP("DistributionRows", "Most often")},
    {"shape", QT_TRANSLATE_NOOP("DistributionRows", "Shape")},
    {"scale", QT_TRANSLATE_NOOP("DistributionRows", "Scale")},
    {"stages", QT_TRANSLATE_NOOP("DistributionRows", "Stages")},
    {"sigma", QT_TRANSLATE_NOOP("DistributionRows", "Sigma")},
};

QString figureTitle(const std::string& name) {
    for (const Figure& figure : kFigures)
        if (name == figure.name) return DistributionRows::tr(figure.title);
    return QString::fromStdString(name);
}

// Three digits in a unit people would choose.
DistributionEntry amount(const char* name, double seconds) {
    const char* unit = seconds >= 7200 ? "h" : seconds >= 120 ? "min" : seconds >= 1 ? "s" : "ms";
    return {name, unit, roundSignificant(seconds / secondsPer(unit))};
}

} // namespace

QStringList DistributionRows::forms() {
    return {tr("mean, p99"), tr("median, p95"), tr("exponential"), tr("constant"),
            tr("uniform"),   tr("gamma"),       tr("Erlang"),      tr("Weibull")};
}

int DistributionRows::formOf(const Distribution& distribution) {
    const auto has = [&](const char* name) {
        return std::any_of(distribution.entries.begin(), distribution.entries.end(),
                           [&](const DistributionEntry& entry) { return entry.name == name; });
    };
    switch (distribution.family) {
    case DistributionFamily::lognormal:
        if (has("mean") && has("p99")) return meanP99;
        if (has("median") && has("p95")) return medianP95;
        return -1;
    case DistributionFamily::exponential:
        return exponential;
    case DistributionFamily::constant:
        return constant;
    case DistributionFamily::uniform:
        return uniform;
    case DistributionFamily::gamma:
        return gamma;
    case DistributionFamily::erlang:
        return erlang;
    case DistributionFamily::weibull:
        return weibull;
    default:
        return -1;
    }
}

Distribution DistributionRows::converted(const Value& current, int form) {
    double mean = 0.1, median = 0.1, p95 = 0.25, p99 = 0.4;
    if (const Distribution* old = std::get_if<Distribution>(&current)) {
        if (const Result<DistributionShape> shape = resolve(*old); shape.ok()) {
            mean = shape->mean();
            median = shape->quantile(0.5);
            p95 = shape->quantile(0.95);
            p99 = shape->quantile(0.99);
        }
    }
    mean = std::max(mean, 1e-6);
    median = std::max(median, 1e-6);
    if (p95 <= median) p95 = median * 2;
    // A lognormal's p99 is at most some 15 times its mean.
    p99 = std::clamp(p99, mean * 1.2, mean * 12);
    Distribution result;
    switch (form) {
    case meanP99:
        result.family = DistributionFamily::lognormal;
        result.entries = {amount("mean", mean), amount("p99", p99)};
        break;
    case medianP95:
        result.family = DistributionFamily::lognormal;
        result.entries = {amount("median", median), amount("p95", p95)};
        break;
    case constant:
        result.family = DistributionFamily::constant;
        result.entries = {amount("value", mean)};
        break;
    case uniform:
        result.family = DistributionFamily::uniform;
        result.entries = {amount("min", mean / 2), amount("max", mean * 1.5)};
        break;
    case gamma:
        result.family = DistributionFamily::gamma;
        result.entries = {{"shape", "", 2}, amount("mean", mean)};
        break;
    case erlang:
        result.family = DistributionFamily::erlang;
        result.entries = {{"stages", "", 2}, amount("mean", mean)};
        break;
    case weibull:
        result.family = DistributionFamily::weibull;
        result.entries = {{"shape", "", 1.5}, amount("mean", mean)};
        break;
    default:
        result.family = DistributionFamily::exponential;
        result.entries = {amount("mean", mean)};
        break;
    }
    return result;
}

DistributionRows::DistributionRows(const RowContext& context, ParameterBinding binding, QWidget* parent)
    : Row(context, QString::fromStdString(binding.spec->title), parent), m_binding(std::move(binding)) {
    const ParameterSpec& spec = *m_binding.spec;
    m_combo = new Combo(context.theme, this);
    m_combo->setProperty("look", QStringLiteral("field"));
    m_combo->setFixedWidth(kEditorWidth);
    m_combo->setFixedHeight(space::kField);
    if (spec.optional) m_combo->addItem(tr("not set"));
    m_combo->addItems(forms());
    connect(m_combo, &QComboBox::activated, this, &DistributionRows::choose);
    setEditor(m_combo);
    m_fields = new QWidget(this);
    m_fieldsLayout = new QVBoxLayout(m_fields);
    m_fieldsLayout->setContentsMargins(0, 0, 0, 0);
    m_fieldsLayout->setSpacing(0);
    layout()->addWidget(m_fields);
    const QString standard = valueText(spec, spec.defaultValue);
    setHelp(QString::fromStdString(spec.help),
            (standard.isEmpty() ? tr("Default: empty.") : tr("Default: %1.").arg(standard)) +
                QLatin1Char(' ') +
                tr("Source: %1 (%2).")
                    .arg(QString::fromStdString(spec.source), QString::fromStdString(spec.grade)));
    connect(this, &Row::resetRequested, this,
            [this] { m_context.session.apply(m_binding.reset(m_context.session.design())); });
    DistributionRows::refresh();
}

void DistributionRows::choose(int index) {
    const Design& design = m_context.session.design();
    const int form = m_binding.spec->optional ? index - 1 : index;
    if (form < 0) {
        const Operation operation = m_binding.unset(design);
        if (!operation.children.empty()) m_context.session.apply(operation);
        return;
    }
    const Value current = m_binding.read(design).value;
    if (const auto* old = std::get_if<Distribution>(&current); old != nullptr && formOf(*old) == form) return;
    write(converted(current, form));
}

void DistributionRows::write(const Distribution& distribution) {
    const Operation operation = m_binding.write(m_context.session.design(), toJson(distribution));
    if (!operation.children.empty()) m_context.session.apply(operation);
}

QString DistributionRows::commitEntry(std::size_t entry, const QString& text) {
    const Value current = m_binding.read(m_context.session.design()).value;
    const auto* old = std::get_if<Distribution>(&current);
    if (old == nullptr || entry >= old->entries.size()) return {};
    Distribution next = *old;
    DistributionEntry& changed = next.entries[entry];
    ParameterSpec figure;
    figure.type = changed.unit.empty() ? ParameterType::number : ParameterType::duration;
    figure.unit = changed.unit;
    const Typed typed = parseValue(figure, text);
    if (typed.what != Typed::What::value) return typed.error;
    changed.value = typed.value.get<double>();
    if (const Result<DistributionShape> shape = resolve(next); !shape.ok()) {
        QString problem = QString::fromStdString(shape.error().message);
        if (!shape.error().cure.empty())
            problem += QLatin1Char(' ') + QString::fromStdString(shape.error().cure);
        return problem.left(1).toUpper() + problem.mid(1);
    }
    // Through the parser once more: it knows the range of the parameter.
    const Typed whole = parseValue(*m_binding.spec, distributionText(next));
    if (whole.what == Typed::What::wrong) return whole.error;
    write(next);
    refresh();
    return {};
}

void DistributionRows::rebuildFields(const Distribution* distribution) {
    std::string key;
    if (distribution != nullptr) {
        key = toString(distribution->family);
        for (const DistributionEntry& entry : distribution->entries)
            key += ' ' + entry.name;
    }
    if (key == m_layoutKey) return;
    m_layoutKey = key;
    m_entries.clear();
    while (QLayoutItem* item = m_fieldsLayout->takeAt(0)) {
        if (item->widget() != nullptr) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    if (distribution == nullptr) return;
    for (std::size_t i = 0; i < distribution->entries.size(); ++i) {
        auto* row = new Row(m_context, figureTitle(distribution->entries[i].name), m_fields);
        row->setIndented(true);
        row->setTag({});
        auto* field = new ValueField(
            m_context.theme, [this, i](const QString& text) { return commitEntry(i, text); }, row);
        field->setFixedWidth(kEditorWidth);
        connect(field, &ValueField::errorChanged, row, &Row::setError);
        row->setEditor(field);
        field->setAccessibleName(title() + QStringLiteral(", ") + row->title());
        m_fieldsLayout->addWidget(row);
        m_entries.push_back(field);
    }
}

void DistributionRows::refresh() {
    const ParameterBinding::State state = m_binding.read(m_context.session.design());
    setEdited(state.edited);
    setTag(state.edited || state.mixed ? QString() : gradeTag(m_binding.spec->grade));
    const Distribution* distribution = state.mixed ? nullptr : std::get_if<Distribution>(&state.value);
    rebuildFields(distribution);
    if (state.mixed) {
        m_combo->setMixed(true);
        return;
    }
    m_combo->setMixed(false);
    const int base = m_binding.spec->optional ? 1 : 0;
    const int form = distribution == nullptr ? -1 : formOf(*distribution);
    if (distribution != nullptr && form < 0) {
        m_combo->setPlaceholderText(QString::fromUtf8(toString(distribution->family).data()));
        m_combo->setCurrentIndex(-1);
    } else {
        m_combo->setCurrentIndex(distribution == nullptr ? 0 : base + form);
    }
    for (std::size_t i = 0; distribution != nullptr && i < m_entries.size(); ++i) {
        const DistributionEntry& entry = distribution->entries[i];
        m_entries[i]->showValue(entry.unit.empty() ? QString::fromStdString(formatNumber(entry.value))
                                                   : exactDuration(entry.value * secondsPer(entry.unit)));
    }
}

} // namespace alwayson::gui
