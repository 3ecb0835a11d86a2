#include "app/gui/panels/palette.h"

#include "app/gui/widgets/tile.h"
#include "app/gui/widgets/ui.h"
#include "core/catalogue/catalogue.h"

#include <QDrag>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

namespace alwayson::gui {

namespace {

constexpr int kTile = 28;
constexpr int kWithWords = 100; // width of the list from which on names are shown
constexpr int kEntryHeight = 34;
constexpr int kHeadingHeight = 30;

class PaletteDelegate : public QStyledItemDelegate {
public:
    PaletteDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), m_theme(theme) {}

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override {
        return {120, index.data(PaletteModel::headingRole).toBool() ? kHeadingHeight : kEntryHeight};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const QRect box = option.rect;
        const bool narrow = box.width() < kWithWords;
        if (narrow && index.data(PaletteModel::headingRole).toBool()) {
            painter->setPen(m_theme.color(Tone::line));
            painter->drawLine(box.left() + 2, box.center().y(), box.left() + 28, box.center().y());
            painter->restore();
            return;
        }
        if (index.data(PaletteModel::headingRole).toBool()) {
            QFont font = m_theme.font(Type::caption, QFont::DemiBold);
            font.setLetterSpacing(QFont::AbsoluteSpacing, 0.8);
            painter->setFont(font);
            painter->setPen(m_theme.color(Tone::faint));
            painter->drawText(box.adjusted(2, 0, 0, -5), Qt::AlignLeft | Qt::AlignBottom,
                              index.data().toString().toUpper());
            painter->restore();
            return;
        }
        const bool hover = option.state.testFlag(QStyle::State_MouseOver);
        const bool chosen =
            option.state.testFlag(QStyle::State_Selected) && option.state.testFlag(QStyle::State_HasFocus);
        if (hover || chosen) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(m_theme.color(chosen ? Tone::accentSoft : Tone::hover));
            painter->drawRoundedRect(QRectF(box).adjusted(-3, 0.5, -10, -0.5), 8, 8);
        }
        const QRectF tile(box.left() + 1, box.top() + (box.height() - kTile) / 2.0, kTile, kTile);
        paintTile(*painter, m_theme, tile, index.data(PaletteModel::iconRole).toString(),
                  index.data(PaletteModel::categoryRole).toString());
        if (narrow) return painter->restore();
        painter->setFont(m_theme.font(Type::body));
        painter->setPen(m_theme.color(Tone::text));
        const QRect words = box.adjusted(kTile + 11, 0, -6, 0);
        painter->drawText(
            words, Qt::AlignVCenter | Qt::AlignLeft,
            painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, words.width()));
        painter->restore();
    }

private:
    const Theme& m_theme;
};

// The canvas draws what is dragged as a ghost of the right size and place; a picture at the cursor would lie
// over it.
class PaletteList : public QListView {
public:
    using QListView::QListView;

protected:
    void startDrag(Qt::DropActions actions) override {
        QMimeData* dragged = model()->mimeData({currentIndex()});
        if (dragged == nullptr) return;
        QPixmap nothing(1, 1);
        nothing.fill(Qt::transparent);
        auto* drag = new QDrag(this);
        drag->setMimeData(dragged);
        drag->setPixmap(nothing);
        drag->exec(actions, Qt::CopyAction);
    }
};

// Headings in the order they are shown; a kind's category decides where it stands.
struct Section {
    const char* category;
    const char* title;
};
constexpr Section kSections[] = {
    {"traffic", QT_TRANSLATE_NOOP("PaletteModel", "Traffic")},
    {"balancer", ""}, // stands under Traffic
    {"compute", QT_TRANSLATE_NOOP("PaletteModel", "Compute")},
    {"data", QT_TRANSLATE_NOOP("PaletteModel", "Data")},
    {"cloud", QT_TRANSLATE_NOOP("PaletteModel", "Outside")},
};

} // namespace

PaletteModel::PaletteModel(QObject* parent) : QAbstractListModel(parent) {
    const Catalogue& catalogue = Catalogue::builtIn();
    const auto add = [this](const char* family, const Descriptor& descriptor) {
        const auto text = [](const std::string& value) { return QString::fromStdString(value); };
        m_all.push_back({QLatin1String(family) + text(descriptor.id), text(descriptor.title),
                         text(descriptor.summary), text(descriptor.icon), text(descriptor.category)});
    };
    const auto heading = [this](const QString& title) { m_all.push_back({{}, title, {}, {}, {}}); };
    for (const Section& section : kSections) {
        if (*section.title != 0) heading(tr(section.title));
        for (const Descriptor& kind : catalogue.kinds())
            if (kind.category == section.category) add("kinds/", kind);
    }
    heading(tr("Places and groups"));
    for (const Descriptor& domain : catalogue.domains())
        add("domains/", domain);
    for (const Descriptor& group : catalogue.groups())
        add("groups/", group);
    setFilter({});
}

void PaletteModel::setFilter(const QString& text) {
    beginResetModel();
    m_shown.clear();
    const QStringList words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    const Entry* heading = nullptr;
    for (const Entry& entry : m_all) {
        if (entry.path.isEmpty()) {
            heading = &entry;
            continue;
        }
        const QString all = entry.title + QLatin1Char(' ') + entry.summary + QLatin1Char(' ') + entry.path;
        bool matches = true;
        for (const QString& word : words)
            matches = matches && all.contains(word, Qt::CaseInsensitive);
        if (!matches) continue;
        if (heading != nullptr) m_shown.push_back(*heading);
        heading = nullptr;
        m_shown.push_back(entry);
    }
    endResetModel();
}

int PaletteModel::entryCount() const {
    int count = 0;
    for (const Entry& entry : m_shown)
        count += entry.path.isEmpty() ? 0 : 1;
    return count;
}

int PaletteModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

QVariant PaletteModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Entry& entry = m_shown[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return entry.title;
    case Qt::ToolTipRole:
        return ui::plainTip(entry.title + QLatin1Char('\n') +
                            entry.summary); // the name alone where it is narrow
    case Qt::AccessibleDescriptionRole:
        return entry.summary;
    case pathRole:
        return entry.path;
    case iconRole:
        return entry.icon;
    case categoryRole:
        return entry.category;
    case headingRole:
        return entry.path.isEmpty();
    default:
        return {};
    }
}

Qt::ItemFlags PaletteModel::flags(const QModelIndex& index) const {
    if (!index.isValid() || index.data(headingRole).toBool()) return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled;
}

QStringList PaletteModel::mimeTypes() const {
    return {QLatin1String(kMime)};
}

QMimeData* PaletteModel::mimeData(const QModelIndexList& indexes) const {
    if (indexes.isEmpty()) return nullptr;
    auto* data = new QMimeData;
    data->setData(QLatin1String(kMime), indexes.front().data(pathRole).toString().toUtf8());
    return data;
}

Palette::Palette(const Theme& theme, QWidget* parent) : QWidget(parent), m_model(new PaletteModel(this)) {
    setProperty("plane", QStringLiteral("surface"));
    setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(14, 14, 0, 8);
    column->setSpacing(4);
    m_search = new QLineEdit(this);
    m_search->setProperty("look", QStringLiteral("search"));
    m_search->setFont(theme.font(Type::control));
    m_search->setPlaceholderText(tr("Search kinds"));
    m_search->setAccessibleName(tr("Search kinds"));
    m_search->setClearButtonEnabled(false);
    auto* searchRow = new QVBoxLayout;
    searchRow->setContentsMargins(0, 0, 14, 0);
    searchRow->addWidget(m_search);
    column->addLayout(searchRow);
    m_list = new PaletteList(this);
    m_list->setModel(m_model);
    m_list->setItemDelegate(new PaletteDelegate(theme, m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setMouseTracking(true);
    m_list->setDragEnabled(true);
    m_list->setDropIndicatorShown(false); // nothing is dropped here; it would be a dot in the corner
    m_list->setDragDropMode(QAbstractItemView::DragOnly);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setAccessibleName(tr("Kinds to draw"));
    m_list->installEventFilter(this);
    m_search->installEventFilter(this);
    column->addWidget(m_list, 1);
    connect(m_search, &QLineEdit::textChanged, m_model, &PaletteModel::setFilter);
    const auto place = [this](const QModelIndex& index) {
        const QString path = index.data(PaletteModel::pathRole).toString();
        if (!path.isEmpty()) emit placeRequested(path);
    };
    connect(m_list, &QListView::doubleClicked, this, place);
    connect(&theme, &Theme::changed, m_list->viewport(), qOverload<>(&QWidget::update));
}

void Palette::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_search->setVisible(width() >= kWithWords + 40);
}

bool Palette::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
    if (watched == m_search) {
        if (key->key() == Qt::Key_Escape && !m_search->text().isEmpty()) {
            m_search->clear();
            return true;
        }
        if (key->key() != Qt::Key_Down && !enter) return false;
        // Down goes into the list; Enter places the first hit.
        for (int row = 0; row < m_model->rowCount(); ++row) {
            const QModelIndex index = m_model->index(row, 0);
            if (!index.flags().testFlag(Qt::ItemIsSelectable)) continue;
            if (enter) {
                if (!m_search->text().trimmed().isEmpty())
                    emit placeRequested(index.data(PaletteModel::pathRole).toString());
            } else {
                m_list->setCurrentIndex(index);
                m_list->setFocus(Qt::OtherFocusReason);
            }
            return true;
        }
        return false;
    }
    if (watched == m_list && enter && m_list->currentIndex().isValid()) {
        emit placeRequested(m_list->currentIndex().data(PaletteModel::pathRole).toString());
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace alwayson::gui
