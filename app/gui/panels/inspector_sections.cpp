#include "app/gui/panels/inspector_sections.h"

#include "app/gui/canvas/places.h"
#include "app/gui/canvas/words.h"
#include "app/gui/panels/parameter_text.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/controls.h"
#include "app/gui/widgets/value_field.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/model/codec.h"
#include "core/structure/detection.h"

#include <QAbstractItemView>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

ChoiceRow::ChoiceRow(const RowContext& context, const QString& title, Source source, QWidget* parent)
    : Row(context, title, parent), m_source(std::move(source)), m_combo(new Combo(context.theme, this)) {
    m_combo->setProperty("look", QStringLiteral("field"));
    m_combo->setFixedWidth(kEditorWidth);
    m_combo->setFixedHeight(space::kField);
    m_combo->view()->setMinimumWidth(160);
    setTag({});
    setEditor(m_combo);
    connect(m_combo, &QComboBox::activated, this, [this](int index) {
        const std::string chosen = m_choices[static_cast<std::size_t>(index)].id;
        if (m_source.current() == chosen) return;
        m_context.session.apply(m_source.write(chosen));
        refresh();
    });
    ChoiceRow::refresh();
}

void ChoiceRow::refresh() {
    m_choices = m_source.choices();
    const std::optional<std::string> current = m_source.current();
    m_combo->clear();
    int at = -1;
    for (std::size_t i = 0; i < m_choices.size(); ++i) {
        m_combo->addItem(m_choices[i].text);
        if (current && m_choices[i].id == *current) at = static_cast<int>(i);
    }
    m_combo->setMixed(at < 0);
    if (at >= 0) m_combo->setCurrentIndex(at);
    fit();
}

void ChoiceRow::resizeEvent(QResizeEvent* event) {
    fit();
    Row::resizeEvent(event);
}

// Names may be long: they have the room that the title leaves.
void ChoiceRow::fit() {
    m_combo->setFixedWidth(
        std::clamp(m_combo->neededWidth(), kEditorWidth, std::max(kEditorWidth, roomBesideTitle())));
}

FieldRow::FieldRow(const RowContext& context, const QString& title, Source source, QWidget* parent)
    : Row(context, title, parent), m_source(std::move(source)) {
    m_field = new ValueField(
        context.theme,
        [this](const QString& text) {
            const QString problem = m_source.commit(text);
            if (problem.isEmpty()) refresh();
            return problem;
        },
        this);
    m_field->setFixedWidth(kEditorWidth);
    connect(m_field, &ValueField::errorChanged, this, &Row::setError);
    setTag({});
    setEditor(m_field);
    FieldRow::refresh();
}

void FieldRow::refresh() {
    m_field->showValue(m_source.read());
    m_field->setPlaceholderText(m_source.placeholder);
}

// ---- place, pool, classes of a link

namespace {

std::optional<std::string>
sharedOf(const Design& design, const Subject& subject,
         const std::function<std::string(const Design&, const std::string&)>& read) {
    std::optional<std::string> result;
    for (const std::string& id : subject.ids) {
        const std::string one = read(design, id);
        if (result && *result != one) return std::nullopt;
        result = one;
    }
    return result;
}

Operation setAll(const Design& design, const Subject& subject, const std::string& path,
                 const std::string& value, const QString& what) {
    std::vector<Operation> operations;
    for (const std::string& id : subject.ids)
        operations.push_back(
            operation::set(subject.collection, id, path, value.empty() ? Json(nullptr) : Json(value), {}));
    return operation::batch(Row::tr("%1 of %2").arg(what, namesOf(design, subject)).toStdString(),
                            std::move(operations));
}

Row* domainRow(const RowContext& context, const Subject& subject, QWidget* parent) {
    const bool nodes = subject.collection == Collection::nodes;
    ChoiceRow::Source source;
    source.choices = [&session = context.session, subject, nodes] {
        std::vector<ChoiceRow::Choice> choices{{Row::tr("none"), {}}};
        const Design& design = session.design();
        for (const Domain& domain : design.domains) {
            bool fits = true;
            for (std::size_t i = 0; !nodes && i < subject.ids.size(); ++i) {
                const auto& parents = subject.descriptors[i]->parents;
                fits = fits && std::find(parents.begin(), parents.end(), domain.kind) != parents.end();
                for (const Domain* inside : domainChain(design, domain.id))
                    fits = fits && inside->id.str() != subject.ids[i];
            }
            if (fits) choices.push_back({QString::fromStdString(domain.displayName()), domain.id.str()});
        }
        return choices;
    };
    source.current = [&session = context.session, subject] {
        return sharedOf(session.design(), subject, [](const Design& design, const std::string& id) {
            if (const Node* node = design.nodes.find(id))
                return node->domain ? node->domain->str() : std::string();
            const Domain* domain = design.domains.find(id);
            return domain != nullptr && domain->parent ? domain->parent->str() : std::string();
        });
    };
    source.write = [&session = context.session, subject, nodes](const std::string& id) {
        const Design& design = session.design();
        if (!nodes) return setAll(design, subject, "/parent", id, Row::tr("Place"));
        return moveToPlace(design, layoutBoxes(design), subject.ids, id,
                           Row::tr("Place of %1").arg(namesOf(design, subject)).toStdString());
    };
    auto* row =
        new ChoiceRow(context, nodes ? Row::tr("Place") : Row::tr("Lies in"), std::move(source), parent);
    row->setHelp(
        Row::tr("Things in one place fail together when the place does, and are close to each other."), {});
    return row;
}

Row* groupRow(const RowContext& context, const Subject& subject, QWidget* parent) {
    ChoiceRow::Source source;
    source.choices = [&session = context.session, subject] {
        std::vector<ChoiceRow::Choice> choices{{Row::tr("none"), {}}};
        for (const Group& group : session.design().groups) {
            bool fits = true;
            for (const Descriptor* descriptor : subject.descriptors)
                fits = fits && std::find(descriptor->groups.begin(), descriptor->groups.end(), group.kind) !=
                                   descriptor->groups.end();
            if (fits) choices.push_back({QString::fromStdString(group.displayName()), group.id.str()});
        }
        return choices;
    };
    source.current = [&session = context.session, subject] {
        return sharedOf(session.design(), subject, [](const Design& design, const std::string& id) {
            const Node* node = design.nodes.find(id);
            return node != nullptr && node->group ? node->group->str() : std::string();
        });
    };
    source.write = [&session = context.session, subject](const std::string& id) {
        return setAll(session.design(), subject, "/group", id, Row::tr("Group"));
    };
    auto* row = new ChoiceRow(context, Row::tr("Group"), std::move(source), parent);
    row->setHelp(Row::tr("Nodes of one group stand in for each other."), {});
    return row;
}

Row* carriesRow(const RowContext& context, const Subject& subject, QWidget* parent) {
    ChoiceRow::Source source;
    source.choices = [&session = context.session] {
        std::vector<ChoiceRow::Choice> choices{{Row::tr("all requests"), {}}};
        for (const Node& node : session.design().nodes) {
            if (!hasRole(node, "client")) continue;
            for (const RequestClass& one : classesOf(node)) {
                const bool known =
                    std::any_of(choices.begin(), choices.end(),
                                [&](const ChoiceRow::Choice& choice) { return choice.id == one.id; });
                if (!known)
                    choices.push_back({Row::tr("only %1").arg(QString::fromStdString(one.id)), one.id});
            }
        }
        return choices;
    };
    source.current = [&session = context.session, subject] {
        return sharedOf(session.design(), subject, [](const Design& design, const std::string& id) {
            const Link* link = design.links.find(id);
            return link != nullptr && link->classes.size() == 1 ? link->classes.front() : std::string();
        });
    };
    source.write = [&session = context.session, subject](const std::string& id) {
        std::vector<Operation> operations;
        for (const std::string& link : subject.ids)
            operations.push_back(
                operation::set(Collection::links, link, "/classes",
                               id.empty() ? Json(nullptr) : Json(std::vector<std::string>{id}), {}));
        return operation::batch(
            Row::tr("Requests of %1").arg(namesOf(session.design(), subject)).toStdString(),
            std::move(operations));
    };
    return new ChoiceRow(context, Row::tr("Carries"), std::move(source), parent);
}

} // namespace

std::vector<Row*> placementRows(const RowContext& context, const Subject& subject, QWidget* parent) {
    std::vector<Row*> rows;
    switch (subject.collection) {
    case Collection::nodes: {
        rows.push_back(domainRow(context, subject, parent));
        const bool joins =
            std::all_of(subject.descriptors.begin(), subject.descriptors.end(),
                        [](const Descriptor* descriptor) { return !descriptor->groups.empty(); });
        if (joins) rows.push_back(groupRow(context, subject, parent));
        break;
    }
    case Collection::domains: {
        const bool nests =
            std::all_of(subject.descriptors.begin(), subject.descriptors.end(),
                        [](const Descriptor* descriptor) { return !descriptor->parents.empty(); });
        if (nests) rows.push_back(domainRow(context, subject, parent));
        break;
    }
    case Collection::links:
        rows.push_back(carriesRow(context, subject, parent));
        break;
    default:
        break;
    }
    return rows;
}

// ---- request classes

namespace {

// The client's classes with one changed; written in full, because the defaults stand for both.
QString writeClasses(Session& session, const std::string& client, const std::vector<RequestClass>& classes,
                     const QString& label) {
    const Node* node = session.design().nodes.find(client);
    if (node == nullptr) return {};
    Node changed = *node;
    changed.classes = classes;
    return session.apply(operation::set(Collection::nodes, client, "/classes", toJson(changed).at("classes"),
                                        label.toStdString()))
               ? QString()
               : Row::tr("This value was refused.");
}

QString setShare(Session& session, const std::string& client, std::size_t at, const QString& text) {
    ParameterSpec spec;
    spec.type = ParameterType::probability;
    const Typed typed = parseValue(spec, text);
    if (typed.what != Typed::What::value) return typed.error;
    const Node* node = session.design().nodes.find(client);
    if (node == nullptr) return {};
    std::vector<RequestClass> classes = classesOf(*node);
    const double share = typed.value.get<double>();
    if (classes.size() == 1) return share == 1 ? QString() : Row::tr("The only class sends everything.");
    // The others keep their proportions and fill up to 100 %.
    double others = 0;
    for (std::size_t i = 0; i < classes.size(); ++i)
        others += i == at ? 0 : classes[i].share;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const double part =
            others > 0 ? classes[i].share / others : 1.0 / static_cast<double>(classes.size() - 1);
        classes[i].share = i == at ? share : std::round((1 - share) * part * 1e9) / 1e9;
    }
    return writeClasses(session, client, classes,
                        Row::tr("Share of %1").arg(QString::fromStdString(classes[at].id)));
}

QString setTime(Session& session, const std::string& client, std::size_t at, bool deadline,
                const QString& text) {
    ParameterSpec spec;
    spec.type = ParameterType::duration;
    spec.unit = "ms";
    spec.minimum = 1;
    spec.maximum = 1e12;
    spec.optional = !deadline;
    const Typed typed = parseValue(spec, text);
    if (typed.what == Typed::What::wrong) return typed.error;
    const Node* node = session.design().nodes.find(client);
    if (node == nullptr) return {};
    std::vector<RequestClass> classes = classesOf(*node);
    RequestClass& one = classes[at];
    if (deadline)
        one.deadline = Duration::milliseconds(typed.value.get<double>());
    else if (typed.what == Typed::What::unset)
        one.latencyObjective.reset();
    else
        one.latencyObjective = Duration::milliseconds(typed.value.get<double>());
    return writeClasses(session, client, classes, Row::tr("Times of %1").arg(QString::fromStdString(one.id)));
}

} // namespace

std::vector<Row*> classRows(const RowContext& context, const std::string& client, QWidget* parent) {
    std::vector<Row*> rows;
    Session& session = context.session;
    const Node* shown = session.design().nodes.find(client);
    if (shown == nullptr) return rows;
    const auto classAt = [&session, client](std::size_t at) -> std::optional<RequestClass> {
        const Node* node = session.design().nodes.find(client);
        if (node == nullptr) return std::nullopt;
        const std::vector<RequestClass> classes = classesOf(*node);
        return at < classes.size() ? std::optional(classes[at]) : std::nullopt;
    };
    const std::vector<RequestClass> classes = classesOf(*shown);
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const QString title = QString::fromStdString(classes[i].id);
        auto* share = new FieldRow(
            context, title,
            {[classAt, i] { return classAt(i) ? exactShare(classAt(i)->share) : QString(); },
             [&session, client, i](const QString& text) { return setShare(session, client, i, text); },
             {}},
            parent);
        share->setHelp(Row::tr("Share of this client's requests. The other classes keep their proportions."),
                       {});
        share->setTag(classes[i].writes ? Row::tr("writes") : QString());
        auto* deadline = new FieldRow(
            context, Row::tr("deadline"),
            {[classAt, i] { return classAt(i) ? exactDuration(classAt(i)->deadline.seconds()) : QString(); },
             [&session, client, i](const QString& text) { return setTime(session, client, i, true, text); },
             {}},
            parent);
        deadline->setIndented(true);
        deadline->setHelp(
            Row::tr("A right answer before this, all retries included, or the request has failed."), {});
        auto* good = new FieldRow(
            context, Row::tr("good within"),
            {[classAt, i] {
                 const auto one = classAt(i);
                 return one && one->latencyObjective ? exactDuration(one->latencyObjective->seconds())
                                                     : QString();
             },
             [&session, client, i](const QString& text) { return setTime(session, client, i, false, text); },
             Row::tr("not set")},
            parent);
        good->setIndented(true);
        good->setHelp(
            Row::tr("Latency objective: a success within it counts as good. Empty: every success is good."),
            {});
        rows.insert(rows.end(), {share, deadline, good});
    }
    return rows;
}

// ---- detection

std::vector<const Node*> balancersOf(const Design& design, const std::string& id) {
    std::vector<const Node*> result;
    const Node* node = design.nodes.find(id);
    if (node == nullptr) return result;
    const auto add = [&](const Node& one) {
        if (hasMechanism(one, "health_check") &&
            std::find(result.begin(), result.end(), &one) == result.end())
            result.push_back(&one);
    };
    for (const Link& link : design.links) {
        if (link.to != id && !(node->group && link.to == node->group->str())) continue;
        if (const Node* from = design.nodes.find(link.from))
            add(*from);
        else if (const Group* group = design.groups.find(link.from))
            for (const Node* member : membersOf(design, group->id))
                add(*member);
    }
    return result;
}

QString rangeText(double lowS, double highS) {
    if (!std::isfinite(highS)) return Row::tr("never");
    const char* unit = highS >= 7200 ? "h" : highS >= 120 ? "min" : highS >= 1 ? "s" : "ms";
    const double scale = secondsPer(unit);
    // A bound is rounded outwards, whatever the digits.
    const auto shown = [&](double seconds, bool upper) {
        const double value = words::roundedOut(seconds / scale, highS / scale < 100 ? 1 : 0, upper);
        return QString::number(value, 'f', highS / scale < 10 || value != std::round(value) ? 1 : 0);
    };
    const QString low = shown(lowS, false), high = shown(highS, true);
    if (low == high) return low + QLatin1Char(' ') + QLatin1String(unit);
    return low + QStringLiteral(" \u2013 ") + high + QLatin1Char(' ') + QLatin1String(unit);
}

std::vector<Row*> detectionFacts(const RowContext& context, const std::string& balancer, QWidget* parent) {
    const auto fact = [&](const QString& title, FailureEffect effect) -> Row* {
        auto* row = new FactRow(
            context, title,
            [&session = context.session, balancer, effect]() -> QString {
                const Node* node = session.design().nodes.find(balancer);
                if (node == nullptr) return {};
                const DetectionLaw law = detectionTime(*node, effect);
                return rangeText(law.minS, law.maxS);
            },
            parent);
        row->setTag({});
        return row;
    };
    std::vector<Row*> rows{fact(Row::tr("Notices a crash in"), FailureEffect::crash),
                           fact(Row::tr("Notices a hang in"), FailureEffect::hang),
                           fact(Row::tr("Notices a lost host in"), FailureEffect::gone)};
    auto* back = new FactRow(
        context, Row::tr("Takes it back in"),
        [&session = context.session, balancer]() -> QString {
            const Node* node = session.design().nodes.find(balancer);
            if (node == nullptr) return {};
            const DetectionLaw law = recoveryTime(*node, FailureEffect::crash);
            return rangeText(law.minS, law.maxS);
        },
        parent);
    back->setTag({});
    rows.push_back(back);
    return rows;
}

} // namespace alwayson::gui
