#include "app/gui/run/bar_list.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {
constexpr int kRowHeight = 30;
constexpr int kTitleHeight = 26;
constexpr int kCaptionHeight = 15; // below a title that leaves it no room
} // namespace

BarList::BarList(const Theme& theme, const QString& title, Tone tone, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_title(title), m_tone(tone) {
    setMinimumWidth(220);
    setAccessibleName(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
    hide();
}

void BarList::setRows(std::vector<BarRow> rows, const QString& caption,
                      const std::function<QString(double)>& text) {
    if (rows.size() > m_mostRows) {
        BarRow rest{tr("%1 more").arg(rows.size() - m_mostRows + 1), {}, 0};
        for (std::size_t i = m_mostRows - 1; i < rows.size(); ++i)
            rest.amount += rows[i].amount;
        if (text) rest.value = text(rest.amount);
        rows.resize(m_mostRows - 1);
        rows.push_back(rest);
    }
    m_rows = std::move(rows);
    m_caption = caption;
    QStringList spoken;
    for (const BarRow& row : m_rows)
        spoken << row.name + QLatin1Char(' ') + row.value;
    setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    setVisible(!m_rows.empty());
    updateGeometry();
    update();
}

bool BarList::captionFits() const {
    const QFontMetricsF title(m_theme.font(Type::control, QFont::DemiBold)),
        caption(m_theme.font(Type::caption));
    return title.horizontalAdvance(m_title) + 8 + caption.horizontalAdvance(m_caption) <= width();
}

int BarList::headHeight() const {
    return kTitleHeight + (captionFits() ? 0 : kCaptionHeight);
}

void BarList::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (height() != sizeHint().height()) updateGeometry(); // the caption changed its line
}

QSize BarList::sizeHint() const {
    return {280, headHeight() + int(m_rows.size()) * kRowHeight + 10};
}

void BarList::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_theme.font(Type::control, QFont::DemiBold));
    painter.setPen(m_theme.color(Tone::text));
    painter.drawText(QPointF(0, 16), m_title);
    const double titleWidth = QFontMetricsF(painter.font()).horizontalAdvance(m_title);
    painter.setFont(m_theme.font(Type::caption));
    painter.setPen(m_theme.color(Tone::faint));
    painter.drawText(captionFits() ? QPointF(titleWidth + 8, 16) : QPointF(0, 16 + kCaptionHeight),
                     painter.fontMetrics().elidedText(m_caption, Qt::ElideRight, width()));

    double longest = 0;
    for (const BarRow& row : m_rows)
        longest = std::max(longest, row.amount);
    painter.setFont(m_theme.font(Type::secondary));
    const QFontMetricsF metrics(painter.font());
    // Names and figures stand above their bars: long names need the whole width.
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const BarRow& row = m_rows[i];
        const double top = headHeight() + double(i) * kRowHeight;
        const double valueWidth = Theme::tabularWidth(painter.font(), row.value);
        painter.setPen(m_theme.color(Tone::secondary));
        painter.drawText(QPointF(0, top + 14),
                         metrics.elidedText(row.name, Qt::ElideMiddle, width() - valueWidth - 16));
        painter.setPen(m_theme.color(Tone::text));
        Theme::drawTabular(painter, QPointF(width() - valueWidth, top + 14), row.value);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color(Tone::grid));
        painter.drawRoundedRect(QRectF(0, top + 20, width(), 4), 2, 2);
        painter.setBrush(m_theme.color(m_tone));
        if (longest > 0 && row.amount > 0)
            painter.drawRoundedRect(QRectF(0, top + 20, std::max(4.0, width() * row.amount / longest), 4), 2,
                                    2);
    }
}

QString BarList::rowAt(QPointF pos) const {
    const double row = std::floor((pos.y() - headHeight()) / kRowHeight);
    if (row < 0 || row >= double(m_rows.size())) return {};
    const BarRow& found = m_rows[std::size_t(row)];
    return found.value.isEmpty() ? found.name : found.name + QStringLiteral("  ") + found.value;
}

bool BarList::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    // Names are plain text, whatever they contain.
    QToolTip::showText(help->globalPos(), rowAt(help->pos()).toHtmlEscaped(), this);
    return true;
}

} // namespace alwayson::gui
