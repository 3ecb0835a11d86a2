#pragma once
// A line in which a value is typed as people write it. Commits on Enter and when the focus leaves, Escape
// brings the old text back; what cannot be read stays with its error until it is mended.

#include <QLineEdit>

#include <functional>

namespace alwayson::gui {

class Theme;

class ValueField : public QLineEdit {
    Q_OBJECT
public:
    // Takes the text; returns "" when it was accepted, else what is wrong with it.
    using Commit = std::function<QString(const QString& text)>;

    ValueField(const Theme& theme, Commit commit, QWidget* parent = nullptr);

    // What the document holds now. Not while the user is typing: then the text stays.
    void showValue(const QString& text);
    void showMixed(); // a dash; typing replaces all
    QString error() const { return m_error; }
    QString cutWords() const; // what it shows, where there is no room for all of it; else ""

signals:
    void errorChanged(const QString& error);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void commit();
    void setError(const QString& error);
    Commit m_commit;
    QString m_shown;
    QString m_error;
};

} // namespace alwayson::gui
