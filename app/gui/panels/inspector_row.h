#pragma once
// Rows of the inspector: 31 px, label on the left, what it is worth in faint text, the editor on the right,
// an error below.

#include "app/gui/panels/binding.h"

#include <QWidget>

#include <functional>

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace alwayson::gui {

class Combo;
class Session;
class Switch;
class Theme;
class ValueField;

// What all rows share.
struct RowContext {
    Session& session;
    const Theme& theme;
    std::function<void(const QString& help)> showHelp; // in the help line of the panel
};

class Row : public QWidget {
    Q_OBJECT
public:
    Row(const RowContext& context, const QString& title, QWidget* parent = nullptr);

    virtual void refresh() {} // reads the document again
    void setEditor(QWidget* editor);
    // "default", "assumption"; brief: instead, where there is no room.
    void setTag(const QString& tag, const QString& brief = {});
    void setTagTone(const char* tone); // of the words of the tag: "ok", "bad"
    // The title on a line of its own, the tag in its place: for what has much to say.
    void setTitleAbove();
    void setEdited(bool edited); // shows the way back to the default
    void setError(const QString& error);
    void setHelp(const QString& help,
                 const QString& origin); // origin: "Default 8. Source: thread pool (assumption)"
    void setIndented(bool indented);
    QString error() const;
    QString title() const { return m_title; }
    QString tag() const;

    static constexpr int kEditorWidth = 116;

signals:
    void resetRequested();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    const RowContext m_context;

protected:
    int widthOf(const Combo& combo) const;
    int roomBesideTitle() const; // for the editor, in a row as wide as it is now

private:
    void fitTag();
    bool m_titleAbove = false;
    QString m_title;
    QString m_help, m_fullTag, m_briefTag;
    QHBoxLayout* m_line;
    QLabel* m_label;
    QLabel* m_tag;
    QLabel* m_error;
    QToolButton* m_reset;
    QWidget* m_editor = nullptr;
};

// A figure that follows from others: "Notices a crash in   4.0 - 6.0 s".
class FactRow : public Row {
    Q_OBJECT
public:
    FactRow(const RowContext& context, const QString& title, std::function<QString()> read,
            QWidget* parent = nullptr);
    void refresh() override; // hidden while there is nothing to say
    QString text() const;

private:
    std::function<QString()> m_read;
    QLabel* m_value;
};

// A parameter with a field, a combo or a switch, by its type. Distributions have rows of their own.
class ParameterRow : public Row {
    Q_OBJECT
public:
    ParameterRow(const RowContext& context, ParameterBinding binding, QWidget* parent = nullptr);
    void refresh() override;

private:
    void build();
    QString commit(const QString& text);
    void choose(int index);
    ParameterBinding m_binding;
    ValueField* m_field = nullptr;
    Combo* m_combo = nullptr;
    Switch* m_switch = nullptr;
};

// "Empty: as Check every." in a help text -> "as Check every".
QString whatEmptyMeans(const std::string& help);
QString gradeTag(const std::string& grade); // what stands beside a value nobody has edited

} // namespace alwayson::gui
