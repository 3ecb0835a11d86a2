#include "app/gui/panels/verdict_strip.h"

#include "app/gui/panels/binding.h"
#include "app/gui/panels/objectives.h"
#include "app/gui/panels/verdict_text.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/popover.h"
#include "app/gui/widgets/ui.h"
#include "core/base/units.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

constexpr int kHeight = 68;
constexpr int kPadding = 18;
constexpr int kLeastPadding = 8;
constexpr double kGap = 7;         // between a figure and its detail
constexpr double kTagGap = 10;     // between the caption and its tag
constexpr double kListWidth = 130; // of a list, before there is room to spare
constexpr int kSpare =
    2 * (kPadding - kLeastPadding) + 6; // what a figure gives up before it changes its shape

void addText(Popover& card, const Theme& theme, const QString& text, const char* tone,
             Type type = Type::secondary) {
    QLabel* words = ui::label(theme, text, type, tone, QFont::Normal, &card);
    words->setWordWrap(true);
    words->setFixedWidth(320);
    card.body()->addWidget(words);
}

} // namespace

FigureCell::FigureCell(const Theme& theme, const QString& caption, bool list, QWidget* parent)
    : QAbstractButton(parent), m_theme(theme), m_caption(caption), m_list(list), m_tone(Tone::text),
      m_secondTone(Tone::text) {
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setToolTip(tr("Click to see what it is made of"));
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
    set({}, {}, {}, Tone::faint);
}

void FigureCell::set(const QString& figure, const QString& detail, const QString& tag, Tone tone) {
    m_figure = figure.isEmpty() ? QStringLiteral("\u2013") : figure;
    m_detail = detail;
    m_tag = tag;
    m_tone = tone;
    setAccessibleName(m_caption + QLatin1Char(' ') + m_figure + QLatin1Char(' ') + m_detail +
                      QLatin1Char(' ') + m_tag);
    updateGeometry();
    update();
}

void FigureCell::setSecond(const QString& text, Tone tone) {
    if (text == m_second && tone == m_secondTone) return;
    m_second = text;
    m_secondTone = tone;
    updateGeometry();
    update();
}

void FigureCell::setStale(bool stale) {
    if (m_stale == stale) return;
    m_stale = stale;
    update();
}

void FigureCell::setCompact(bool compact) {
    if (m_compact == compact) return;
    m_compact = compact;
    updateGeometry();
    update();
}

const QString& FigureCell::shownDetail() const {
    return m_second.isEmpty() ? m_detail : m_second;
}

int FigureCell::roomyWidth() const {
    const double figure =
        QFontMetricsF(m_theme.font(Type::figure, QFont::DemiBold)).horizontalAdvance(m_figure);
    double detail = QFontMetricsF(m_theme.font(Type::secondary)).horizontalAdvance(m_detail);
    if (m_list) detail = std::min(detail, kListWidth); // a list takes what is left over
    const QFontMetricsF small(m_theme.font(Type::small, QFont::Medium));
    const double beside = m_second.isEmpty()
                              ? QFontMetricsF(m_theme.font(Type::caption)).horizontalAdvance(m_tag)
                              : small.horizontalAdvance(m_second);
    const double above = small.horizontalAdvance(m_caption) + kTagGap + beside;
    return static_cast<int>(std::ceil(std::max(above, figure + kGap + detail))) + 2 * kPadding;
}

QSize FigureCell::sizeHint() const {
    if (!m_compact) return {roomyWidth(), kHeight};
    const QFontMetricsF small(m_theme.font(Type::caption));
    double below = small.horizontalAdvance(shownDetail());
    if (m_list) below = std::min(below, kListWidth);
    if (!m_tag.isEmpty()) below += kGap + small.horizontalAdvance(m_tag);
    return {static_cast<int>(std::ceil(std::max(needed(), below))) + 2 * kLeastPadding, kHeight};
}

QSize FigureCell::minimumSizeHint() const {
    return {static_cast<int>(std::ceil(needed())) + 2 * kLeastPadding, kHeight};
}

double FigureCell::needed() const {
    const double figure = QFontMetricsF(m_theme.font(m_compact ? Type::title : Type::figure, QFont::DemiBold))
                              .horizontalAdvance(m_figure);
    const double caption =
        QFontMetricsF(m_theme.font(Type::small, QFont::Medium)).horizontalAdvance(m_caption);
    return std::max(figure, caption);
}

// A narrow window takes the room around a figure before it takes the figure.
double FigureCell::paddingNow() const {
    return std::clamp((width() - needed()) / 2, double(kLeastPadding), double(kPadding));
}

void FigureCell::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (underMouse() || hasFocus()) {
        painter.setPen(hasFocus() ? QPen(m_theme.color(Tone::accent), 1) : QPen(Qt::NoPen));
        painter.setBrush(m_theme.color(Tone::hover, hasFocus() && !underMouse() ? 0 : 1));
        painter.drawRoundedRect(QRectF(rect()).adjusted(6.5, 6.5, -6.5, -6.5), 8, 8);
    }
    if (m_compact) return paintCompact(painter);
    const double padding = paddingNow();
    const double right = width() - padding;
    painter.setFont(m_theme.font(Type::small, QFont::Medium));
    painter.setPen(m_theme.color(Tone::secondary));
    painter.drawText(QPointF(padding, 26), m_caption);
    const double captionWidth = painter.fontMetrics().horizontalAdvance(m_caption);
    const bool run = !m_second.isEmpty() && !m_stale;
    const QString tag = m_stale ? tr("updating") : run ? m_second : m_tag;
    if (!run) painter.setFont(m_theme.font(Type::caption));
    painter.setPen(m_theme.color(run ? m_secondTone : Tone::faint));
    if (padding + captionWidth + kTagGap + painter.fontMetrics().horizontalAdvance(tag) <= right + 10)
        painter.drawText(QPointF(padding + captionWidth + kTagGap, 26), tag);
    painter.setOpacity(m_stale ? 0.55 : 1);
    const QFont figure = m_theme.font(Type::figure, QFont::DemiBold);
    painter.setFont(figure);
    painter.setPen(m_theme.color(m_tone));
    painter.drawText(QPointF(padding, 53), m_figure);
    const double x = padding + QFontMetricsF(figure).horizontalAdvance(m_figure) + kGap;
    painter.setFont(m_theme.font(Type::secondary));
    painter.setPen(m_theme.color(Tone::secondary));
    const double room = right + 8 - x;
    // A list may be cut; half a unit ("83 mi...") says nothing, so it goes altogether.
    if (m_list)
        painter.drawText(QPointF(x, 53),
                         painter.fontMetrics().elidedText(m_detail, Qt::ElideRight, static_cast<int>(room)));
    else if (painter.fontMetrics().horizontalAdvance(m_detail) <= room)
        painter.drawText(QPointF(x, 53), m_detail);
}

void FigureCell::paintCompact(QPainter& painter) {
    const double left = kLeastPadding, room = width() - 2 * kLeastPadding;
    painter.setFont(m_theme.font(Type::small, QFont::Medium));
    painter.setPen(m_theme.color(Tone::secondary));
    painter.drawText(QPointF(left, 20), m_caption);
    painter.setOpacity(m_stale ? 0.55 : 1);
    painter.setFont(m_theme.font(Type::title, QFont::DemiBold));
    painter.setPen(m_theme.color(m_tone));
    painter.drawText(QPointF(left, 40), m_figure);
    painter.setFont(m_theme.font(Type::caption));
    const QFontMetricsF metrics(painter.font());
    painter.setPen(m_theme.color(m_second.isEmpty() ? Tone::secondary : m_secondTone));
    const QString detail = metrics.elidedText(shownDetail(), Qt::ElideRight, room);
    painter.drawText(QPointF(left, 57), detail);
    const double x = detail.isEmpty() ? left : left + metrics.horizontalAdvance(detail) + kGap;
    const QString tag = m_stale ? tr("updating") : m_tag;
    painter.setPen(m_theme.color(Tone::faint));
    if (x + metrics.horizontalAdvance(tag) <= left + room + 2) painter.drawText(QPointF(x, 57), tag);
}

VerdictStrip::VerdictStrip(Session& session, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_session(session), m_theme(theme) {
    setProperty("plane", QStringLiteral("surface"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(kHeight);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    const auto cell = [&](const QString& caption, bool list) {
        if (row->count() > 0) {
            QFrame* rule = ui::verticalRule(this);
            rule->setFixedHeight(40);
            row->addWidget(rule, 0, Qt::AlignVCenter);
        }
        auto* result = new FigureCell(theme, caption, list, this);
        row->addWidget(result);
        connect(result, &QAbstractButton::clicked, this, [this, result] { explain(result); });
        return result;
    };
    m_availability = cell(tr("Availability"), false);
    m_recovery = cell(tr("Recovery (RTO)"), false);
    m_recoveryRule = row->itemAt(row->indexOf(m_recovery) - 1)->widget();
    m_recovery->hide();
    m_recoveryRule->hide();
    m_latency = cell(tr("p99 latency"), false);
    m_cost = cell(tr("Cost"), false);
    m_singlePoints = cell(tr("Single points"), true);
    m_objectives = cell(tr("Objectives"), true);
    connect(&session, &Session::reportChanged, this, &VerdictStrip::refresh);
    connect(&session, &Session::designChanged, this, &VerdictStrip::refresh);
    connect(&session, &Session::documentReplaced, this, &VerdictStrip::refresh);
    connect(&session, &Session::availabilityResultChanged, this, &VerdictStrip::refresh);
    connect(&session, &Session::runResultChanged, this, &VerdictStrip::refreshRun);
    connect(&session, &Session::runStateChanged, this, &VerdictStrip::refreshRun);
    connect(&session, &Session::designChanged, this, &VerdictStrip::refreshRun);
    connect(&session, &Session::documentReplaced, this, &VerdictStrip::refreshRun);
    refresh();
    refreshRun();
}

void VerdictStrip::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fit();
}

std::vector<FigureCell*> VerdictStrip::cells() const {
    return {m_availability, m_latency, m_cost, m_singlePoints, m_objectives};
}

// Rather in three lines than without the units and tags of some figures.
void VerdictStrip::fit() {
    int needed = 0;
    for (const FigureCell* cell : cells())
        needed += cell->roomyWidth() - kSpare;
    const bool compact = needed > width();
    for (FigureCell* cell : cells())
        cell->setCompact(compact);
    // It takes nothing from the others: where it finds no room, the availability tells it when clicked.
    int all = m_recovery->roomyWidth();
    for (const FigureCell* cell : cells())
        all += cell->roomyWidth();
    const bool room = m_recoveryKnown && all - 6 * kLeastPadding <= width();
    m_recovery->setVisible(room);
    m_recoveryRule->setVisible(room);
}

void VerdictStrip::refreshRun() {
    const auto run = runToItsEnd(m_session);
    const RunVerdict verdict = run ? verdictOf(*run) : RunVerdict();
    if (verdict.judged == 0)
        m_objectives->setSecond({}, Tone::text);
    else
        m_objectives->setSecond(tr("this run: %1 of %2").arg(verdict.met).arg(verdict.judged),
                                verdict.missed > 0              ? Tone::bad
                                : verdict.met == verdict.judged ? Tone::ok
                                                                : Tone::secondary);
    fit();
}

// The slowest of the groups, by the run over years.
void VerdictStrip::refreshRecovery() {
    const auto report = m_session.lastReport();
    const auto years = m_session.availabilityResult();
    const Recovery* slowest = nullptr;
    std::optional<double> lost;
    if (report && years && years->designHash == report->designHash)
        for (const Recovery* one : recoveriesOf(*years)) {
            if (one->rpoP95S.value) lost = std::max(lost.value_or(0), *one->rpoP95S.value);
            if (one->servedP95S.value && (!slowest || *one->servedP95S.value > *slowest->servedP95S.value))
                slowest = one;
        }
    m_recoveryKnown = slowest != nullptr;
    if (!slowest) return;
    QString detail = tr("p95");
    if (lost) detail += tr(", RPO %1").arg(metricFigure("rpo_p95_s", *lost));
    m_recovery->set(metricFigure("rto_p95_s", *slowest->servedP95S.value), detail, tagOf(slowest->servedP95S),
                    Tone::text);
}

void VerdictStrip::refresh() {
    const auto report = m_session.lastReport();
    const bool stale = m_session.reportIsStale();
    refreshRecovery();
    m_recovery->setStale(stale && report);
    for (FigureCell* cell : cells())
        cell->setStale(stale && report);
    if (!report) {
        for (FigureCell* cell : cells())
            cell->set({}, {}, {}, Tone::faint);
        fit();
        return;
    }
    const Design& design = m_session.design();
    // Where nothing is served, nothing can be a single point.
    const bool nothing = availabilityOf(*report) == nullptr;
    if (const Estimate* shown = availabilityOf(*report))
        m_availability->set(QString::fromStdString(formatAvailability(*shown->value)),
                            QString::fromStdString(formatDowntimePerYear(*shown->value)), tagOf(*shown),
                            Tone::text);
    else
        m_availability->set({}, whyUnknown(*report), {}, Tone::faint);

    const Estimate simulated = m_session.latencyEstimate();
    const Estimate& latency = report->latencyP99Ms.value ? report->latencyP99Ms : simulated;
    if (latency.value) {
        QString detail;
        if (latency.ci95)
            detail =
                QStringLiteral("\u00B1 ") +
                QString::fromStdString(formatSignificant((latency.ci95->high - latency.ci95->low) / 2, 2));
        const double seconds = *latency.value / 1000;
        m_latency->set(QString::fromStdString(formatDuration(Duration::seconds(seconds))), detail,
                       tagOf(latency), Tone::text);
    } else {
        const bool refused = !m_session.latencyRefusal().isEmpty();
        m_latency->set({},
                       nothing                               ? tr("no requests")
                       : refused                             ? tr("cannot be simulated")
                       : m_session.latencyRunning() || stale ? tr("simulating")
                                                             : tr("no requests"),
                       {}, refused && !nothing ? Tone::warn : Tone::faint);
    }

    const bool anything = !report->cost.items.empty();
    m_cost->set(anything ? money(report->cost.usdPerMonth) : QString(),
                !anything              ? tr("nothing to pay yet")
                : report->cost.atLeast ? tr("at least, per month")
                                       : tr("per month"),
                anything ? tr("exact") : QString(), anything ? Tone::text : Tone::faint);

    const auto& single = report->singlePointsOfFailure;
    QStringList names;
    for (const std::string& id : single)
        names << nameOf(design, id);
    m_singlePoints->set(nothing ? QString() : QString::number(single.size()),
                        single.empty() ? (nothing ? whyUnknown(*report) : tr("none"))
                                       : names.join(QStringLiteral(", ")),
                        nothing ? QString() : tr("exact"),
                        nothing          ? Tone::faint
                        : single.empty() ? Tone::ok
                                         : Tone::warn);

    int met = 0;
    int known = 0;
    QStringList missed, methods;
    for (const Objective& objective : design.objectives) {
        const ObjectiveView view =
            viewOf(design, objective, report.get(), latency, m_session.availabilityResult().get());
        if (!view.met) continue;
        ++known;
        const QString method = QString::fromUtf8(toString(view.method).data());
        if (!methods.contains(method)) methods << method;
        if (*view.met)
            ++met;
        else
            missed << view.title.section(QLatin1Char(','), 0, 0);
    }
    const int total = static_cast<int>(design.objectives.size());
    if (total == 0)
        m_objectives->set({}, tr("none set"), {}, Tone::faint);
    else
        m_objectives->set(tr("%1 of %2").arg(met).arg(total),
                          met == total        ? tr("met")
                          : !missed.isEmpty() ? missed.size() == 1 ? tr("%1 missed").arg(missed.first())
                                                                   : tr("%1 missed").arg(missed.size())
                                              : tr("%1 open").arg(total - known),
                          methods.size() > 1 ? tr("mixed") : methods.join(QString()),
                          met == total  ? Tone::ok
                          : known > met ? Tone::bad
                                        : Tone::text);
    fit();
}

void VerdictStrip::explain(FigureCell* cell) {
    const auto report = m_session.lastReport();
    if (!report || (cell == m_recovery && !m_recoveryKnown)) return;
    const Design& design = m_session.design();
    const Estimate latency = m_session.latencyEstimate();
    Explanation text;
    if (cell == m_availability)
        text = explainAvailability(design, *report);
    else if (cell == m_recovery)
        text = explainRecovery(design, *m_session.availabilityResult());
    else if (cell == m_latency)
        text = explainLatency(*report, latency, m_session.latencyRefusal());
    else if (cell == m_cost)
        text = explainCost(design, *report);
    else if (cell == m_singlePoints)
        text = explainSinglePoints(design, *report);
    else
        text = explainObjectives(design, *report, report->latencyP99Ms.value ? report->latencyP99Ms : latency,
                                 runToItsEnd(m_session).get(), m_session.availabilityResult().get());
    if (cell == m_availability && m_recoveryKnown)
        text.notes.prepend(tr("Recovery time (RTO) in the run over years: %1, %2.")
                               .arg(m_recovery->figure(), m_recovery->detail()));
    auto* card = new Popover(this);
    card->body()->addWidget(ui::label(m_theme, text.title, Type::body, "text", QFont::DemiBold, card));
    addText(*card, m_theme, text.summary, "secondary");
    const auto table = [&](const QString& title, const std::vector<std::pair<QString, QString>>& parts) {
        if (parts.empty()) return;
        card->body()->addSpacing(4);
        card->body()->addWidget(ui::label(m_theme, title, Type::small, "faint", QFont::DemiBold, card));
        auto* grid = new QGridLayout;
        grid->setVerticalSpacing(4);
        grid->setHorizontalSpacing(18);
        grid->setColumnStretch(0, 1);
        int at = 0;
        for (const auto& [name, amount] : parts) {
            QLabel* left = ui::label(m_theme, name, Type::control, "secondary", QFont::Normal, card);
            left->setWordWrap(true);
            grid->addWidget(left, at, 0);
            grid->addWidget(ui::label(m_theme, amount, Type::control, "text", QFont::Medium, card), at++, 1,
                            Qt::AlignRight | Qt::AlignTop);
        }
        card->body()->addLayout(grid);
    };
    table(text.partsTitle, text.parts);
    table(text.furtherTitle, text.further);
    if (!text.improve.isEmpty()) {
        card->body()->addSpacing(4);
        card->body()->addWidget(
            ui::label(m_theme, tr("What would help most"), Type::small, "accent", QFont::DemiBold, card));
        addText(*card, m_theme, text.improve, "text");
    }
    for (const QString& note : text.notes)
        addText(*card, m_theme, note, "faint", Type::small);
    card->openAt(cell);
}

} // namespace alwayson::gui
