#include "app/gui/panels/crew_list.h"

#include "app/gui/panels/inspector_sections.h"
#include "app/gui/session/session.h"
#include "app/gui/widgets/ui.h"
#include "core/catalogue/catalogue.h"
#include "core/model/codec.h"

#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace alwayson::gui {

namespace {

// The JSON of the list, by way of the settings that hold it.
Operation setCrews(const std::vector<Crew>& crews, const QString& label) {
    Json list;
    if (!crews.empty()) {
        Design holder;
        holder.settings.crews = {crews.begin(), crews.end()};
        list = toJson(holder).at("settings").at("crews");
    }
    return operation::set(Collection::settings, {}, "/crews", list, label.toStdString());
}

std::vector<Crew> crewsOf(const Session& session) {
    const auto& crews = session.design().settings.crews;
    return {crews.begin(), crews.end()};
}

// Things that would be without their crew.
int namedBy(const Design& design, const std::string& crew) {
    int count = 0;
    for (const Node& node : design.nodes)
        count += node.crew == crew ? 1 : 0;
    for (const Group& group : design.groups)
        count += group.crew == crew ? 1 : 0;
    return count;
}

// What waits for nobody and could wait for a crew: groups, and nodes of no group.
std::vector<Operation> takeOver(const Design& design, const std::string& crew) {
    std::vector<Operation> operations;
    const auto take = [&](Collection collection, const std::string& id) {
        operations.push_back(operation::set(collection, id, "/crew", crew, {}));
    };
    for (const Group& group : design.groups)
        if (!group.crew) take(Collection::groups, group.id.str());
    for (const Node& node : design.nodes)
        if (!node.crew && !node.group && !failureModesOf(node).empty())
            take(Collection::nodes, node.id.str());
    return operations;
}

QString setSize(Session& session, const std::string& id, const QString& text) {
    std::vector<Crew> crews = crewsOf(session);
    const auto crew = std::find_if(crews.begin(), crews.end(), [&](const Crew& one) { return one.id == id; });
    if (crew == crews.end()) return {};
    const QString name = QString::fromStdString(id);
    if (text.trimmed().isEmpty()) {
        if (const int named = namedBy(session.design(), id); named > 0)
            return CrewList::tr("%1 things are repaired by %2: choose another crew for them first.")
                .arg(named)
                .arg(name);
        crews.erase(crew);
        session.apply(setCrews(crews, CrewList::tr("Remove the crew %1").arg(name)));
        return {};
    }
    bool number = false;
    const int size = text.trimmed().section(QLatin1Char(' '), 0, 0).toInt(&number);
    if (!number || size < 1 || size > 1000000)
        return CrewList::tr("A whole number from 1 to 1 000 000; clear the field to remove the crew.");
    crew->size = size;
    session.apply(setCrews(crews, CrewList::tr("Size of the crew %1").arg(name)));
    return {};
}

} // namespace

CrewList::CrewList(const RowContext& context, QWidget* parent) : QWidget(parent), m_context(context) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_list = new QWidget(this);
    auto* rows = new QVBoxLayout(m_list);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    column->addWidget(m_list);
    column->addSpacing(6);
    QPushButton* add = ui::button(context.theme, tr("Add a crew"), "plain", this);
    add->setObjectName(QStringLiteral("addCrew"));
    add->setIcon(context.theme.icon(QStringLiteral("plus")));
    add->setIconSize(QSize(14, 14));
    connect(add, &QPushButton::clicked, this, &CrewList::addCrew);
    column->addWidget(add, 0, Qt::AlignLeft);
    rebuild();
}

void CrewList::addCrew() {
    std::vector<Crew> crews = crewsOf(m_context.session);
    Crew crew;
    for (int number = 1; crew.id.empty(); ++number) {
        const std::string id = "crew" + std::to_string(number);
        if (std::none_of(crews.begin(), crews.end(), [&](const Crew& one) { return one.id == id; }))
            crew.id = id;
    }
    crews.push_back(crew);
    m_context.session.apply(setCrews(crews, tr("Add a crew")));
}

std::string CrewList::key() const {
    const Design& design = m_context.session.design();
    std::string key = "crews";
    for (const Crew& crew : design.settings.crews) {
        key += ' ' + crew.id;
        if (namedBy(design, crew.id) == 0) key += takeOver(design, crew.id).empty() ? " idle" : " wanted";
    }
    return key;
}

void CrewList::rebuild() {
    m_key = key();
    m_rows.clear();
    while (QLayoutItem* item = m_list->layout()->takeAt(0)) {
        if (item->widget() != nullptr) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    Session& session = m_context.session;
    for (const Crew& crew : session.design().settings.crews) {
        FieldRow::Source source;
        source.read = [&session, id = crew.id]() -> QString {
            for (const Crew& one : session.design().settings.crews)
                if (one.id == id) return tr("%1 at a time").arg(one.size);
            return {};
        };
        source.commit = [&session, id = crew.id](const QString& text) { return setSize(session, id, text); };
        auto* row = new FieldRow(m_context, QString::fromStdString(crew.id), std::move(source), m_list);
        row->setHelp(tr("How many things this crew repairs at a time. Choose it under \"Repaired by\" of a "
                        "node or group. Clear the field to remove the crew."),
                     {});
        m_list->layout()->addWidget(row);
        m_rows.push_back(row);
        if (namedBy(session.design(), crew.id) == 0) addIdleWords(crew.id);
    }
    if (!m_rows.empty()) return;
    QLabel* none = ui::label(m_context.theme, tr("None: every repair begins at once."), Type::small, "faint",
                             QFont::Normal, m_list);
    none->setWordWrap(true);
    m_list->layout()->addWidget(none);
}

// A crew that nothing names changes nothing: it is said, and done on a click.
void CrewList::addIdleWords(const std::string& crew) {
    Session& session = m_context.session;
    const QString name = QString::fromStdString(crew);
    QLabel* words =
        ui::label(m_context.theme,
                  tr("%1 repairs nothing yet: choose it under \"Repaired by\" of a node or group.").arg(name),
                  Type::small, "warn", QFont::Normal, m_list);
    words->setWordWrap(true);
    m_list->layout()->addWidget(words);
    if (takeOver(session.design(), crew).empty()) return;
    QPushButton* all = ui::button(m_context.theme, tr("Let it repair what has no crew"), "chip", m_list);
    all->setObjectName(QStringLiteral("crewRepairsAll"));
    all->setFont(m_context.theme.font(Type::small, QFont::DemiBold));
    connect(all, &QPushButton::clicked, this, [&session, crew, name] {
        session.apply(
            operation::batch(tr("Repaired by %1").arg(name).toStdString(), takeOver(session.design(), crew)));
    });
    m_list->layout()->addWidget(all);
    m_list->layout()->setAlignment(all, Qt::AlignLeft);
}

void CrewList::refresh() {
    if (key() != m_key) return rebuild();
    for (Row* row : m_rows)
        row->refresh();
}

} // namespace alwayson::gui
