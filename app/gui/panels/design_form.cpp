#include "app/gui/panels/design_form.h"

#include "app/gui/panels/crew_list.h"
#include "app/gui/panels/inspector_sections.h"
#include "app/gui/panels/objectives.h"
#include "app/gui/session/session.h"
#include "app/gui/widgets/ui.h"
#include "resources/resources.h"

#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

namespace alwayson::gui {

namespace {

std::vector<ChoiceRow::Choice> booksIn(const char* folder) {
    std::vector<ChoiceRow::Choice> choices;
    for (const std::string& path : resources::list(folder)) {
        std::string name = path.substr(std::string_view(folder).size());
        name = name.substr(0, name.rfind('.'));
        choices.push_back({QString::fromStdString(name), name});
    }
    return choices;
}

std::vector<ChoiceRow::Choice> haproxyVersions() {
    std::vector<ChoiceRow::Choice> choices;
    for (const char* version : {"2.4", "2.6", "2.8", "3.0", "3.2"})
        choices.push_back({QLatin1String(version), version});
    return choices;
}

Row* settingRow(const RowContext& context, const QString& title, const char* path,
                std::vector<ChoiceRow::Choice> choices, std::string Settings::*member, const QString& help,
                QWidget* parent) {
    Session& session = context.session;
    ChoiceRow::Source source;
    source.choices = [choices = std::move(choices)] { return choices; };
    source.current = [&session, member]() -> std::optional<std::string> {
        return session.design().settings.*member;
    };
    source.write = [path = std::string(path), title](const std::string& id) {
        return operation::set(Collection::settings, {}, path, id, title.toStdString());
    };
    auto* row = new ChoiceRow(context, title, std::move(source), parent);
    row->setHelp(help, {});
    return row;
}

const char* const kMetrics[] = {"availability_time", "availability_requests", "latency_p99_ms",
                                "cost_usd_per_month"};

double firstTarget(const std::string& metric) {
    if (metric == "latency_p99_ms") return 300;
    if (metric == "cost_usd_per_month") return 1000;
    if (metric.starts_with("rto_")) return 30;
    if (metric.starts_with("rpo_")) return 0;
    return 0.999;
}

void addObjective(Session& session, const std::string& metric, const std::string& of) {
    const Design& design = session.design();
    Objective objective;
    int number = 1;
    while (design.objectives.contains("o" + std::to_string(number)))
        ++number;
    objective.id = ObjectiveId("o" + std::to_string(number));
    objective.metric = metric;
    objective.of = of;
    (metric.starts_with("availability") ? objective.atLeast : objective.atMost) = firstTarget(metric);
    Operation operation = operation::insertObjective(objective);
    operation.label = "Add an objective";
    session.apply(operation);
}

} // namespace

DesignForm::DesignForm(const RowContext& context, QWidget* parent) : QWidget(parent), m_context(context) {
    Session& session = context.session;
    m_column = new QVBoxLayout(this);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    m_column->addWidget(
        ui::label(context.theme, tr("This design"), Type::title, "text", QFont::DemiBold, this));
    m_column->addSpacing(2);
    QLabel* words = ui::label(context.theme, tr("Select something on the canvas to edit it."),
                              Type::secondary, "secondary", QFont::Normal, this);
    words->setWordWrap(true);
    m_column->addWidget(words);
    m_column->addSpacing(10);
    m_rows.push_back(new FieldRow(context, tr("Name"),
                                  {[&session] { return QString::fromStdString(session.design().name); },
                                   [&session](const QString& text) {
                                       return session.apply(operation::set(Collection::design, {}, "/name",
                                                                           text.trimmed().toStdString(),
                                                                           "Rename the design"))
                                                  ? QString()
                                                  : tr("This name was refused.");
                                   },
                                   tr("untitled")},
                                  this));
    m_column->addWidget(m_rows.back());
    addHeading(tr("Books"));
    m_rows.push_back(settingRow(
        context, tr("Prices"), "/price_book", booksIn("price_books/"), &Settings::priceBook,
        tr("Where prices come from. \"seed\" holds the published figures the project started from, not "
           "validated."),
        this));
    m_column->addWidget(m_rows.back());
    m_rows.push_back(settingRow(
        context, tr("Capacities"), "/capacity_book", booksIn("capacity_books/"), &Settings::capacityBook,
        tr("Where the capacity of balancers comes from when a node does not say."), this));
    m_column->addWidget(m_rows.back());
    addHeading(tr("Export"));
    m_rows.push_back(settingRow(context, tr("HAProxy version"), "/haproxy_version", haproxyVersions(),
                                &Settings::haproxyVersion, tr("What haproxy.cfg is written for."), this));
    m_column->addWidget(m_rows.back());
    addHeading(tr("Crews"));
    m_crews = new CrewList(context, this);
    m_column->addWidget(m_crews);
    addHeading(tr("Objectives"));
    m_objectives = new QWidget(this);
    auto* list = new QVBoxLayout(m_objectives);
    list->setContentsMargins(0, 0, 0, 0);
    list->setSpacing(0);
    m_column->addWidget(m_objectives);
    m_column->addSpacing(6);
    QPushButton* add = ui::button(context.theme, tr("Add an objective"), "plain", this);
    add->setIcon(context.theme.icon(QStringLiteral("plus")));
    add->setIconSize(QSize(14, 14));
    add->setObjectName(QStringLiteral("addObjective"));
    connect(add, &QPushButton::clicked, this, [this, add] { openObjectiveMenu(add); });
    m_column->addWidget(add, 0, Qt::AlignLeft);
    connect(&context.session, &Session::availabilityResultChanged, this, &DesignForm::refresh);
    refresh();
}

void DesignForm::addHeading(const QString& text) {
    m_column->addSpacing(14);
    m_column->addWidget(ui::label(m_context.theme, text, Type::control, "text", QFont::DemiBold, this));
    m_column->addSpacing(5);
}

void DesignForm::openObjectiveMenu(QWidget* anchor) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("objectiveMenu"));
    const auto offer = [this](QMenu* where, const std::string& metric, const std::string& of) {
        QAction* action = where->addAction(metricTitle(metric));
        action->setObjectName(QString::fromStdString(of.empty() ? metric : of + ':' + metric));
        connect(action, &QAction::triggered, this,
                [this, metric, of] { addObjective(m_context.session, metric, of); });
    };
    for (const char* metric : kMetrics)
        offer(menu, metric, {});
    for (const Group& group : m_context.session.design().groups) {
        const std::vector<std::string> metrics = recoveryMetrics(group);
        if (metrics.empty()) continue;
        QMenu* own = menu->addMenu(tr("Take-over of %1").arg(QString::fromStdString(group.displayName())));
        for (const std::string& metric : metrics)
            offer(own, metric, group.id.str());
    }
    menu->popup(anchor->mapToGlobal(QPoint(0, anchor->height() + 4)));
}

std::string DesignForm::objectivesKey() const {
    std::string key;
    for (const Objective& objective : m_context.session.design().objectives)
        key += objective.id.str() + ' ' + objective.metric + ' ' + objective.flow + ' ' + objective.of + '\n';
    return key;
}

void DesignForm::addObjectives() {
    m_objectiveRows.clear();
    m_runVerdicts.clear();
    while (QLayoutItem* item = m_objectives->layout()->takeAt(0)) {
        if (item->widget() != nullptr) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    Session& session = m_context.session;
    for (const Objective& objective : session.design().objectives) {
        const std::string id = objective.id.str();
        const auto find = [&session, id] { return session.design().objectives.find(id); };
        FieldRow::Source source;
        source.read = [&session, find] {
            return find() == nullptr ? QString() : viewOf(session.design(), *find(), nullptr, {}).target;
        };
        source.commit = [&session, find, id](const QString& text) -> QString {
            const Objective* old = find();
            if (old == nullptr) return {};
            if (text.trimmed().isEmpty()) {
                Operation remove;
                remove.type = Operation::Type::remove;
                remove.collection = Collection::objectives;
                remove.id = id;
                remove.label = "Remove an objective";
                session.apply(remove);
                return {};
            }
            QString error;
            const std::optional<double> target = parseMetric(old->metric, text, error);
            if (!target) return error;
            const char* path = old->atLeast ? "/at_least" : "/at_most";
            session.apply(operation::set(Collection::objectives, id, path, *target, "Change an objective"));
            return {};
        };
        auto* row = new FieldRow(m_context, viewOf(session.design(), objective, nullptr, {}).title,
                                 std::move(source), m_objectives);
        row->setTitleAbove();
        m_objectives->layout()->addWidget(row);
        m_objectiveRows.push_back(row);
        auto* run = ui::label(m_context.theme, {}, Type::small, "secondary", QFont::Medium, m_objectives);
        run->setObjectName(QStringLiteral("run-objective-") + QString::fromStdString(id));
        run->setTextFormat(Qt::PlainText);
        run->setWordWrap(true);
        m_objectives->layout()->addWidget(run);
        m_runVerdicts.push_back(run);
    }
    if (!session.design().objectives.empty()) return;
    QLabel* none =
        ui::label(m_context.theme,
                  tr("None yet: say what the design has to reach, and the strip shows whether it does."),
                  Type::small, "faint", QFont::Normal, m_objectives);
    none->setWordWrap(true);
    m_objectives->layout()->addWidget(none);
}

void DesignForm::refresh() {
    for (Row* row : m_rows)
        row->refresh();
    m_crews->refresh();
    const std::string key = objectivesKey();
    if (key != m_objectivesKey || m_objectives->layout()->isEmpty()) {
        m_objectivesKey = key;
        addObjectives();
    }
    const auto report = m_context.session.lastReport();
    std::size_t at = 0;
    for (const Objective& objective : m_context.session.design().objectives) {
        if (at >= m_objectiveRows.size()) break;
        const ObjectiveView view =
            viewOf(m_context.session.design(), objective, report.get(), m_context.session.latencyEstimate(),
                   m_context.session.availabilityResult().get());
        m_objectiveRows[at]->refresh();
        QString help = tr("What the design has to reach. Clear the field to remove the objective.");
        if (!view.value.isEmpty()) help += QLatin1Char(' ') + tr("Reached now: %1.").arg(basisOf(view));
        if (view.value.isEmpty() && !view.note.isEmpty())
            help += QLatin1Char(' ') + tr("Reached now: not known, %1.").arg(view.note);
        m_objectiveRows[at]->setHelp(help, {});
        // The verdict in one form, with the figure it is about where there is room.
        const QString verdict = !view.met ? tr("open") : *view.met ? tr("met") : tr("missed");
        const QString known =
            view.value.isEmpty() ? verdict : verdict + QStringLiteral(" \u00B7 ") + view.value;
        m_objectiveRows[at]->setTag(known, verdict);
        m_objectiveRows[at]->setTagTone(!view.met ? "faint" : *view.met ? "ok" : "bad");
        ++at;
    }
    refreshRun();
}

void DesignForm::refreshRun() {
    const std::shared_ptr<const SimulationResult> run = runToItsEnd(m_context.session);
    std::size_t at = 0;
    for (const Objective& objective : m_context.session.design().objectives) {
        if (at >= m_runVerdicts.size()) break;
        QLabel* label = m_runVerdicts[at++];
        const QString words = run ? inThisRun(objective, *run) : QString();
        label->setText(words);
        label->setVisible(!words.isEmpty());
        if (words.isEmpty()) continue;
        const auto judged =
            std::find_if(run->objectives.begin(), run->objectives.end(),
                         [&](const ObjectiveResult& one) { return one.id == objective.id.str(); });
        ui::setTone(label, !judged->met ? "secondary" : *judged->met ? "ok" : "bad");
    }
}

} // namespace alwayson::gui
