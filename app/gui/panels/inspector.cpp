#include "app/gui/panels/inspector.h"

#include "app/gui/panels/better_card.h"
#include "app/gui/panels/design_form.h"
#include "app/gui/panels/distribution_rows.h"
#include "app/gui/panels/failure_rows.h"
#include "app/gui/panels/group_rows.h"
#include "app/gui/panels/inspector_header.h"
#include "app/gui/panels/inspector_sections.h"
#include "app/gui/session/session.h"
#include "app/gui/widgets/ui.h"
#include "core/catalogue/catalogue.h"

#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace alwayson::gui {

namespace {

// What changes the rows themselves: the classes of a client, the balancers before a server.
std::string shapeOf(const Design& design, const std::optional<Subject>& subject) {
    std::string shape;
    if (!subject || !subject->single()) return shape;
    if (const Group* group =
            subject->collection == Collection::groups ? design.groups.find(subject->ids.front()) : nullptr)
        return readingChoices(*group);
    if (subject->collection != Collection::nodes) return shape;
    const Node* node = design.nodes.find(subject->ids.front());
    if (node == nullptr) return shape;
    if (hasRole(*node, "client"))
        for (const RequestClass& one : classesOf(*node))
            shape += one.id + ' ';
    const auto balancers = balancersOf(design, node->id.str());
    if (!balancers.empty()) shape += '<' + balancers.front()->id.str() + balancers.front()->name;
    return shape;
}

} // namespace

Inspector::Inspector(Session& session, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_session(session),
      m_theme(theme), m_context{session, theme, [this](const QString& help) { showHelp(help); }} {
    setProperty("plane", QStringLiteral("surface"));
    setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_scroll = new QScrollArea(this);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    column->addWidget(m_scroll, 1);
    column->addWidget(ui::horizontalRule(this));
    m_helpArea = new QScrollArea(this);
    m_helpArea->setObjectName(QStringLiteral("inspectorHelp"));
    m_helpArea->setWidgetResizable(true);
    m_helpArea->setFrameShape(QFrame::NoFrame);
    m_helpArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_helpArea->setFocusPolicy(Qt::NoFocus);
    m_help = ui::label(theme, {}, Type::small, "secondary", QFont::Normal, m_helpArea);
    m_help->setProperty("plane", QStringLiteral("surface"));
    m_help->setWordWrap(true);
    m_help->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_help->setContentsMargins(space::kPanel, 9, space::kPanel, 9);
    m_helpArea->setWidget(m_help);
    column->addWidget(m_helpArea);
    connect(&session, &Session::selectionChanged, this, &Inspector::follow);
    connect(&session, &Session::documentReplaced, this, &Inspector::rebuild);
    connect(&session, &Session::designChanged, this, [this] { shapeChanged() ? rebuild() : refresh(); });
    connect(&session, &Session::reportChanged, this, [this] {
        if (m_better != nullptr && m_subject) m_better->showFor(m_subject->ids);
        if (m_form != nullptr) m_form->refresh();
    });
    const auto state = [this] {
        if (m_header != nullptr) m_header->refreshState();
    };
    connect(&session, &Session::runStateChanged, this, state);
    connect(&session, &Session::runStateChanged, this, [this] {
        if (m_form != nullptr) m_form->refreshRun();
    });
    connect(&session, &Session::runResultChanged, this, [this] {
        if (m_form != nullptr) m_form->refreshRun();
    });
    connect(&session, &Session::playTimeChanged, this, state);
    rebuild();
}

bool Inspector::shapeChanged() const {
    const std::optional<Subject> now = Subject::of(m_session.design(), m_session.selection());
    return now != m_subject || shapeOf(m_session.design(), now) != m_shape;
}

// All of it can be read: the line grows with its words, up to a part of the panel, and scrolls beyond.
void Inspector::showHelp(const QString& help) {
    m_help->setText(help);
    m_helpArea->verticalScrollBar()->setValue(0);
    fitHelp();
    QWidget* field = m_content != nullptr ? m_content->focusWidget() : nullptr;
    if (field != nullptr) // which the words may have taken the place of
        QMetaObject::invokeMethod(
            this,
            [this] {
                if (QWidget* now = m_content->focusWidget()) m_scroll->ensureWidgetVisible(now, 0, 20);
            },
            Qt::QueuedConnection);
}

void Inspector::fitHelp() {
    constexpr int kLeast = 78;
    m_helpArea->setFixedHeight(
        std::clamp(m_help->heightForWidth(width()), kLeast, std::max(kLeast, height() * 2 / 5)));
}

void Inspector::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitHelp();
}

void Inspector::follow() {
    if (m_shownSelection == m_session.selection() && !shapeChanged()) return;
    rebuild();
}

void Inspector::rebuild() {
    m_rows.clear();
    m_header = nullptr;
    m_form = nullptr;
    m_failures = nullptr;
    m_better = nullptr;
    showHelp(tr("Click into a field to read what it does and where its default comes from."));
    m_shownSelection = m_session.selection();
    m_subject = Subject::of(m_session.design(), m_shownSelection);
    m_shape = shapeOf(m_session.design(), m_subject);
    // A row may be at work right now (its commit led here): it goes when the event is over.
    if (QWidget* old = m_scroll->takeWidget()) {
        old->hide();
        old->deleteLater();
    }
    m_content = new QWidget;
    m_content->setProperty("plane", QStringLiteral("surface"));
    m_content->setAttribute(Qt::WA_StyledBackground);
    m_column = new QVBoxLayout(m_content);
    m_column->setContentsMargins(space::kPanel, 16, space::kPanel - 2, space::kPanel);
    m_column->setSpacing(0);
    if (m_subject)
        buildSubject(*m_subject);
    else if (m_shownSelection.isEmpty())
        buildNothing();
    else
        buildMixed(static_cast<int>(m_shownSelection.size()));
    m_column->addStretch(1);
    m_scroll->setWidget(m_content);
    m_scroll->verticalScrollBar()->setValue(0);
}

void Inspector::addHeading(const QString& text) {
    m_column->addSpacing(14);
    m_column->addWidget(ui::label(m_theme, text, Type::control, "text", QFont::DemiBold, m_content));
    m_column->addSpacing(5);
}

void Inspector::addRow(Row* row) {
    m_column->addWidget(row);
    m_rows.push_back(row);
}

void Inspector::addParameters(const Subject& subject, bool deploy) {
    std::string section = "\n"; // no section has this name
    std::vector<const ParameterSpec*> specs = subject.common(deploy);
    const Group* group = subject.single() && subject.collection == Collection::groups
                             ? m_session.design().groups.find(subject.ids.front())
                             : nullptr;
    if (group != nullptr)
        std::erase_if(specs, [&](const ParameterSpec* spec) { return !isRead(*group, spec->id); });
    std::string lastHealthSection;
    for (const ParameterSpec* spec : specs)
        if (spec->id.starts_with("check_")) lastHealthSection = spec->section;
    const auto close = [&](const std::string& ended) {
        const bool balancer = subject.single() && !deploy && subject.collection == Collection::nodes &&
                              subject.descriptors.front()->hasMechanism("health_check");
        if (!balancer || ended != lastHealthSection) return;
        for (Row* row : detectionFacts(m_context, subject.ids.front(), m_content))
            addRow(row);
    };
    for (const ParameterSpec* spec : specs) {
        if (spec->section != section) {
            close(section);
            section = spec->section;
            addHeading(deploy ? tr("Deployment") : QString::fromStdString(section));
        }
        ParameterBinding binding{subject, spec, deploy};
        if (spec->type == ParameterType::distribution)
            addRow(new DistributionRows(m_context, binding, m_content));
        else
            addRow(new ParameterRow(m_context, binding, m_content));
    }
    close(section);
}

void Inspector::addHealth(const std::string& node) {
    const std::vector<const Node*> balancers = balancersOf(m_session.design(), node);
    if (balancers.empty()) return;
    const std::string id = balancers.front()->id.str();
    addHeading(tr("Health as %1 sees it").arg(nameOf(m_session.design(), id)));
    const std::optional<Subject> subject = Subject::of(m_session.design(), {QString::fromStdString(id)});
    for (const char* parameter : {"check_inter_ms", "check_fall"})
        if (const ParameterSpec* spec = subject->descriptors.front()->parameter(parameter))
            addRow(new ParameterRow(m_context, {*subject, spec, false}, m_content));
    for (Row* row : detectionFacts(m_context, id, m_content))
        addRow(row);
}

void Inspector::buildSubject(const Subject& subject) {
    const Design& design = m_session.design();
    m_header = new InspectorHeader(m_session, m_theme, m_content);
    m_header->show(subject);
    m_column->addWidget(m_header);
    m_better = new BetterCard(m_session, m_theme, m_content);
    m_column->addSpacing(8);
    m_column->addWidget(m_better);
    m_column->addSpacing(8);
    for (Row* row : placementRows(m_context, subject, m_content))
        addRow(row);
    if (subject.single() && subject.collection == Collection::groups)
        for (Row* row : groupRows(m_context, subject.ids.front(), m_content))
            addRow(row);
    if (subject.collection == Collection::nodes || subject.collection == Collection::groups)
        if (Row* row = crewRow(m_context, subject, m_content)) addRow(row);
    addParameters(subject, false);
    const bool single = subject.single();
    if (single && subject.collection == Collection::nodes) {
        const Node* node = design.nodes.find(subject.ids.front());
        if (hasRole(*node, "client")) {
            addHeading(tr("Request classes"));
            for (Row* row : classRows(m_context, subject.ids.front(), m_content))
                addRow(row);
        }
        addHealth(subject.ids.front());
    }
    const bool fails = subject.collection == Collection::nodes || subject.collection == Collection::domains;
    if (single && fails && !subject.descriptors.front()->failureModes.empty()) {
        addHeading(tr("Failure modes"));
        m_failures = new FailureModeRows(m_context, subject.collection, subject.ids.front(), m_content);
        m_column->addWidget(m_failures);
    }
    addParameters(subject, true);
    m_better->showFor(subject.ids);
}

void Inspector::buildNothing() {
    m_form = new DesignForm(m_context, m_content);
    m_column->addWidget(m_form);
}

void Inspector::buildMixed(int count) {
    m_column->addWidget(ui::label(m_theme, tr("%1 things selected").arg(count), Type::title, "text",
                                  QFont::DemiBold, m_content));
    QLabel* words =
        ui::label(m_theme,
                  tr("They are of different sorts. Select only nodes, only places or only links to edit "
                     "what they have in common."),
                  Type::secondary, "secondary", QFont::Normal, m_content);
    words->setWordWrap(true);
    m_column->addSpacing(6);
    m_column->addWidget(words);
}

void Inspector::refresh() {
    if (m_header != nullptr) m_header->refresh();
    for (Row* row : m_rows)
        row->refresh();
    if (m_failures != nullptr) m_failures->refresh();
    if (m_form != nullptr) m_form->refresh();
}

Row* Inspector::rowTitled(const QString& title) const {
    for (Row* row : m_content->findChildren<Row*>())
        if (row->title() == title) return row;
    return nullptr;
}

void Inspector::focusName() {
    if (auto* name = m_content->findChild<QWidget*>(QStringLiteral("inspectorName")))
        name->setFocus(Qt::ShortcutFocusReason);
}

} // namespace alwayson::gui
