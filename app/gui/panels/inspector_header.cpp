#include "app/gui/panels/inspector_header.h"

#include "app/gui/canvas/words.h"
#include "app/gui/session/session.h"
#include "app/gui/widgets/tile.h"
#include "app/gui/widgets/ui.h"
#include "app/gui/widgets/value_field.h"
#include "core/catalogue/catalogue.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>

#include <algorithm>

namespace alwayson::gui {

namespace {

QString subtitleOf(const Design& design, const std::string& id) {
    const Descriptor* descriptor = descriptorOf(design, id);
    QStringList parts{descriptor == nullptr ? QString() : QString::fromStdString(descriptor->title)};
    if (const Node* node = design.nodes.find(id)) {
        if (node->domain)
            if (const Domain* domain = design.domains.find(node->domain->str())) {
                const Descriptor* kind = descriptorOf(design, domain->id.str());
                const QString name = QString::fromStdString(domain->displayName());
                const QString word =
                    kind == nullptr ? QString() : QString::fromStdString(kind->title).toLower();
                parts << (name.contains(word, Qt::CaseInsensitive) ? name : word + QLatin1Char(' ') + name);
            }
        if (node->group)
            if (const Group* group = design.groups.find(node->group->str()))
                parts << InspectorHeader::tr("in %1").arg(QString::fromStdString(group->displayName()));
    } else if (const Domain* domain = design.domains.find(id); domain != nullptr && domain->parent) {
        parts << InspectorHeader::tr("in %1").arg(nameOf(design, domain->parent->str()));
    } else if (const Group* group = design.groups.find(id)) {
        const std::size_t members = membersOf(design, group->id).size();
        parts << (members == 1 ? InspectorHeader::tr("one member")
                               : InspectorHeader::tr("%1 members").arg(members));
    }
    return parts.join(QStringLiteral(" \u00B7 "));
}

struct StateWords {
    QString text;
    const char* badge;
};

StateWords wordsFor(const Design& design, const std::string& id, const NodeFrame& frame, double lagS) {
    const Descriptor* descriptor = descriptorOf(design, id);
    const FailureModeSpec* mode = descriptor == nullptr ? nullptr : descriptor->failureMode(frame.mode);
    const QString why =
        mode != nullptr ? QString::fromStdString(mode->title).toLower() : QString::fromStdString(frame.mode);
    switch (frame.state) {
    case NodeState::up: {
        const Node* node = lagS > 0 ? design.nodes.find(id) : nullptr;
        QString harm = words::harm(frame, node && lagS > words::farBehindS(design, *node));
        if (harm.isEmpty()) return {InspectorHeader::tr("Working"), "ok"};
        harm.front() = harm.front().toUpper();
        return {harm, "warn"};
    }
    case NodeState::slow:
        return {InspectorHeader::tr("Slow"), "warn"};
    case NodeState::errors:
        return {InspectorHeader::tr("Answers errors"), "warn"};
    case NodeState::recovering:
        return {InspectorHeader::tr("Coming back"), "recovering"};
    case NodeState::down:
        break;
    }
    return {why.isEmpty() ? InspectorHeader::tr("Down") : InspectorHeader::tr("Down: %1").arg(why), "bad"};
}

} // namespace

InspectorHeader::InspectorHeader(Session& session, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_session(session) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    auto* row = new QHBoxLayout;
    row->setSpacing(12);
    m_tile = new Tile(theme, 40, this);
    row->addWidget(m_tile, 0, Qt::AlignTop);
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    m_name = new ValueField(
        theme, [this](const QString& text) { return rename(text); }, this);
    m_name->setProperty("look", QStringLiteral("title"));
    m_name->setFont(theme.font(Type::title, QFont::DemiBold));
    m_name->setTextMargins(-3, 0, 0, 0); // flush with the line below
    m_name->setAccessibleName(tr("Name"));
    m_name->setObjectName(QStringLiteral("inspectorName"));
    words->addWidget(m_name);
    auto* subtitle = new ui::ElidedLabel(this);
    subtitle->setFont(theme.font(Type::secondary));
    subtitle->setProperty("tone", QStringLiteral("secondary"));
    m_subtitle = subtitle;
    words->addWidget(m_subtitle);
    row->addLayout(words, 1);
    column->addLayout(row);

    m_stateRow = new QWidget(this);
    auto* states = new QHBoxLayout(m_stateRow);
    states->setContentsMargins(0, 0, 0, 0);
    states->setSpacing(8);
    m_badge = ui::label(theme, {}, Type::small, "", QFont::DemiBold, this);
    states->addWidget(m_badge);
    m_kill = ui::button(theme, tr("Kill"), "chip", this);
    m_kill->setObjectName(QStringLiteral("kill"));
    m_modes = ui::button(theme, tr("Fail as..."), "chip", this);
    m_heal = ui::button(theme, tr("Heal"), "chip", this);
    m_heal->setObjectName(QStringLiteral("heal"));
    m_reconnect = ui::button(theme, tr("Reconnect"), "chip", this);
    m_reconnect->setObjectName(QStringLiteral("reconnect"));
    for (QPushButton* one : {m_kill, m_modes, m_heal, m_reconnect}) {
        one->setFont(theme.font(Type::small, QFont::DemiBold));
        one->setFocusPolicy(Qt::TabFocus); // a click leaves the keys where they are
        states->addWidget(one);
    }
    states->addStretch(1);
    column->addWidget(m_stateRow);
    connect(m_kill, &QPushButton::clicked, this,
            [this] { m_session.kill(QString::fromStdString(m_subject.ids.front()), {}); });
    connect(m_heal, &QPushButton::clicked, this,
            [this] { m_session.heal(QString::fromStdString(m_subject.ids.front())); });
    connect(m_reconnect, &QPushButton::clicked, this, [this] {
        ScenarioEvent event;
        event.action = "heal";
        event.what = m_subject.ids.front();
        m_session.cause(std::move(event));
    });
    connect(m_modes, &QPushButton::clicked, this, &InspectorHeader::openModes);
}

void InspectorHeader::openModes() {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QString id = QString::fromStdString(m_subject.ids.front());
    for (const FailureModeSpec& mode : m_subject.descriptors.front()->failureModes) {
        QAction* action = menu->addAction(QString::fromStdString(mode.title));
        const QString modeId = QString::fromStdString(mode.id);
        connect(action, &QAction::triggered, this, [this, id, modeId] { m_session.kill(id, modeId); });
    }
    m_session.holdTime(true);
    connect(menu, &QMenu::aboutToHide, &m_session, [this] { m_session.holdTime(false); });
    menu->popup(m_modes->mapToGlobal(QPoint(0, m_modes->height() + 4)));
}

void InspectorHeader::show(const Subject& subject) {
    m_subject = subject;
    const Descriptor& descriptor = *subject.descriptors.front();
    m_tile->show(QString::fromStdString(descriptor.icon), QString::fromStdString(descriptor.category));
    refresh();
}

void InspectorHeader::refresh() {
    const Design& design = m_session.design();
    const bool renamable = m_subject.single() && m_subject.collection != Collection::links;
    m_name->setReadOnly(!renamable);
    m_name->setFocusPolicy(renamable ? Qt::StrongFocus : Qt::NoFocus);
    m_name->showValue(namesOf(design, m_subject));
    QString subtitle;
    if (m_subject.single()) {
        subtitle = subtitleOf(design, m_subject.ids.front());
    } else {
        QStringList titles;
        for (const Descriptor* descriptor : m_subject.descriptors) {
            const QString title = QString::fromStdString(descriptor->title);
            if (!titles.contains(title)) titles << title;
        }
        subtitle = tr("%1 \u00B7 edits all of them").arg(titles.join(QStringLiteral(", ")));
    }
    static_cast<ui::ElidedLabel*>(m_subtitle)->setFullText(subtitle);
    refreshState();
}

void InspectorHeader::refreshState() {
    const bool playing = m_session.runState() != Session::RunState::idle;
    const bool can =
        playing && m_subject.single() &&
        (m_subject.collection == Collection::nodes || m_subject.collection == Collection::domains) &&
        !m_subject.descriptors.front()->failureModes.empty();
    m_stateRow->setVisible(can);
    if (!can) return;
    const std::string& id = m_subject.ids.front();
    const Frame* frame = m_session.currentFrame();
    const auto result = m_session.runResult();
    const NodeFrame* mine = nullptr;
    double lagS = -1;
    if (frame != nullptr && result && result->trace) {
        const auto& nodes = result->trace->nodes;
        const auto found = std::find(nodes.begin(), nodes.end(), id);
        if (found != nodes.end()) {
            const auto at = static_cast<std::size_t>(found - nodes.begin());
            mine = &frame->nodes[at];
            lagS = words::lagOf(*frame, at);
        }
    }
    const QString why = m_session.whyNotCause();
    for (QPushButton* one : {m_kill, m_modes, m_heal, m_reconnect}) {
        one->setEnabled(why.isEmpty());
        one->setToolTip(ui::plainTip(why));
    }
    const bool hadFocus =
        m_kill->hasFocus() || m_modes->hasFocus() || m_heal->hasFocus() || m_reconnect->hasFocus();
    m_badge->setVisible(mine != nullptr);
    const bool down = mine != nullptr && mine->state != NodeState::up;
    const bool place = m_subject.collection == Collection::domains;
    const bool out = place ? m_session.isFailed(id) : down;
    m_kill->setVisible(!out);
    m_kill->setText(place ? tr("Outage") : tr("Kill"));
    m_modes->setVisible(!place && !down);
    m_heal->setVisible(out);
    const bool cut = m_session.isCut(id);
    m_reconnect->setVisible(cut);
    // A button that goes hands the focus to the next field otherwise.
    if (hadFocus && !m_kill->hasFocus() && !m_modes->hasFocus() && !m_heal->hasFocus() &&
        !m_reconnect->hasFocus())
        (m_heal->isVisibleTo(this) ? m_heal : m_kill)->setFocus(Qt::OtherFocusReason);
    const bool onlyCut = cut && !out; // it may run on, but nobody reaches it
    if (mine == nullptr && !onlyCut) return;
    m_badge->show();
    const StateWords words =
        onlyCut ? StateWords{tr("Cut off"), "bad"} : wordsFor(m_session.design(), id, *mine, lagS);
    ui::setProperty(m_badge, "badge", QLatin1String(words.badge));
    if (m_badge->text() != words.text) m_badge->setText(words.text);
}

QString InspectorHeader::rename(const QString& text) {
    const QString name = text.trimmed();
    if (name == nameOf(m_session.design(), m_subject.ids.front())) return {};
    const bool done =
        m_session.apply(operation::rename(m_subject.collection, m_subject.ids.front(), name.toStdString()));
    refresh();
    return done ? QString() : tr("This name was refused.");
}

} // namespace alwayson::gui
