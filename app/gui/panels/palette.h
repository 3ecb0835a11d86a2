#pragma once
// What can be drawn, by category, from the catalogue. Drag it to the canvas, double-click it or press Enter.

#include <QAbstractListModel>
#include <QWidget>

class QLineEdit;
class QListView;

namespace alwayson::gui {

class Theme;

// One row per category heading and per entry; the filter leaves out what does not match and headings without
// entries.
class PaletteModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { pathRole = Qt::UserRole, iconRole, categoryRole, headingRole };
    explicit PaletteModel(QObject* parent = nullptr);

    void setFilter(const QString& text); // words in title, summary or id; all must match
    int entryCount() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;

    static constexpr const char* kMime = "application/x-alwayson-kind";

private:
    struct Entry {
        QString path; // "kinds/haproxy"; "" for a heading
        QString title;
        QString summary;
        QString icon;
        QString category;
    };
    std::vector<Entry> m_all;
    std::vector<Entry> m_shown;
};

class Palette : public QWidget {
    Q_OBJECT
public:
    explicit Palette(const Theme& theme, QWidget* parent = nullptr);
    PaletteModel& model() { return *m_model; }
    QLineEdit* searchField() const { return m_search; }
    QListView* list() const { return m_list; }

signals:
    void placeRequested(const QString& path); // at the middle of the view

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override; // icons alone where it is narrow

private:
    PaletteModel* m_model;
    QLineEdit* m_search;
    QListView* m_list;
};

} // namespace alwayson::gui
