#include "app/gui/run/bar_list.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace alwayson::gui {

namespace {
constexpr int kRowHeight = 24;
constexpr int kTitleHeight = 26;
} // namespace

BarList::BarList(const Theme& theme, const QString& title, Tone tone, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_title(title), m_tone(tone) {
    setMinimumWidth(220);
    setAccessibleName(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
    hide();
}

void BarList::setRows(std::vector<BarRow> rows, const QString& caption) {
    if (rows.size() > kMostRows) {
        BarRow rest{QStringLiteral("%1 more").arg(rows.size() - kMostRows + 1), {}, 0};
        for (std::size_t i = kMostRows - 1; i < rows.size(); ++i)
            rest.amount += rows[i].amount;
        rows.resize(kMostRows - 1);
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

QSize BarList::sizeHint() const {
    return {280, kTitleHeight + int(m_rows.size()) * kRowHeight + 10};
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
    painter.drawText(QPointF(titleWidth + 8, 16), m_caption);

    double longest = 0;
    for (const BarRow& row : m_rows)
        longest = std::max(longest, row.amount);
    painter.setFont(m_theme.font(Type::secondary));
    const QFontMetricsF metrics(painter.font());
    double valueWidth = 0, nameWidth = 0;
    for (const BarRow& row : m_rows) {
        valueWidth = std::max(valueWidth, Theme::tabularWidth(painter.font(), row.value));
        nameWidth = std::max(nameWidth, metrics.horizontalAdvance(row.name));
    }
    nameWidth = std::min(nameWidth, width() * 0.45);
    const double left = nameWidth + 12, right = width() - valueWidth - 10;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const BarRow& row = m_rows[i];
        const double top = kTitleHeight + double(i) * kRowHeight;
        painter.setPen(m_theme.color(Tone::secondary));
        painter.drawText(QPointF(0, top + 16), metrics.elidedText(row.name, Qt::ElideRight, nameWidth));
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color(Tone::grid));
        painter.drawRoundedRect(QRectF(left, top + 9, std::max(0.0, right - left), 6), 3, 3);
        painter.setBrush(m_theme.color(m_tone));
        if (longest > 0 && row.amount > 0)
            painter.drawRoundedRect(
                QRectF(left, top + 9, std::max(6.0, (right - left) * row.amount / longest), 6), 3, 3);
        painter.setPen(m_theme.color(Tone::text));
        Theme::drawTabular(
            painter, QPointF(width() - Theme::tabularWidth(painter.font(), row.value), top + 16), row.value);
    }
}

} // namespace alwayson::gui
