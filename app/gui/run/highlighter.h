#pragma once
#include "app/gui/theme/theme.h"

#include <QRegularExpression>
#include <QSyntaxHighlighter>

#include <vector>

namespace alwayson::gui {

// Colours for what exports write: HAProxy configuration, shell, Markdown, JSON. The language follows the file
// name.
class ExportHighlighter : public QSyntaxHighlighter {
    Q_OBJECT
public:
    enum class Language { plain, haproxy, shell, markdown, json };
    ExportHighlighter(const Theme& theme, QTextDocument* document);
    void setFile(const QString& path);
    void setDiff(bool diff); // lines begin with "+ ", "- " or "  "
    static Language languageOf(const QString& path);

protected:
    void highlightBlock(const QString& text) override;

private:
    struct Rule {
        QRegularExpression pattern;
        Tone tone;
        bool bold;
    };
    static const std::vector<Rule>& rulesOf(Language language);
    const Theme& m_theme;
    Language m_language = Language::plain;
    bool m_diff = false;
};

} // namespace alwayson::gui
