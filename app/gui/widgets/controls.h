#pragma once
// Combo and switch of the house: drawn from the theme; the wheel changes neither unless it has the focus.

#include <QAbstractButton>
#include <QComboBox>

namespace alwayson::gui {

class Theme;

class Combo : public QComboBox {
    Q_OBJECT
public:
    explicit Combo(const Theme& theme, QWidget* parent = nullptr);
    // Shown instead of the current entry while nothing is chosen (mixed values).
    void setMixed(bool mixed);
    int neededWidth() const;  // for its longest entry
    QString cutWords() const; // what is chosen, where there is no room for all of it; else ""

protected:
    void wheelEvent(QWheelEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    const Theme& m_theme;
};

class Switch : public QAbstractButton {
    Q_OBJECT
public:
    explicit Switch(const Theme& theme, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {30, 18}; }
    void setMixed(bool mixed);
    bool isMixed() const { return m_mixed; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void nextCheckState() override;

private:
    const Theme& m_theme;
    bool m_mixed = false;
};

} // namespace alwayson::gui
