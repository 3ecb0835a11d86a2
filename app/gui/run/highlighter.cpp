#include "app/gui/run/highlighter.h"

#include <QTextDocument>

namespace alwayson::gui {

ExportHighlighter::ExportHighlighter(const Theme& theme, QTextDocument* document)
    : QSyntaxHighlighter(document), m_theme(theme) {
    connect(&theme, &Theme::changed, this, &QSyntaxHighlighter::rehighlight);
}

ExportHighlighter::Language ExportHighlighter::languageOf(const QString& path) {
    if (path.endsWith(QLatin1String(".cfg"))) return Language::haproxy;
    if (path.endsWith(QLatin1String(".sh"))) return Language::shell;
    if (path.endsWith(QLatin1String(".md"))) return Language::markdown;
    if (path.endsWith(QLatin1String(".json"))) return Language::json;
    return Language::plain;
}

void ExportHighlighter::setFile(const QString& path) {
    m_language = languageOf(path);
    rehighlight();
}

void ExportHighlighter::setDiff(bool diff) {
    if (diff == m_diff) return;
    m_diff = diff;
    rehighlight();
}

const std::vector<ExportHighlighter::Rule>& ExportHighlighter::rulesOf(Language language) {
    const auto re = [](const char* pattern) { return QRegularExpression(QLatin1String(pattern)); };
    static const std::vector<Rule> plain;
    // Later rules win over earlier ones.
    static const std::vector<Rule> haproxy{
        {re(R"(^(?:  )?\s+[a-z][\w.-]*)"), Tone::accent, false},
        {re(R"(\b(?:check|inter|fastinter|downinter|fall|rise|maxconn|weight|backup|observe|slowstart|on-marked-down|cookie|addr|port)\b)"),
         Tone::warn, false},
        {re(R"(\b\d+(?:\.\d+)*(?:us|ms|s|m|h|d)?\b)"), Tone::recovering, false},
        {re(R"(^(?:global|defaults|frontend|backend|listen|resolvers|peers|userlist)\b.*)"), Tone::text,
         true},
        {re(R"("(?:[^"\\]|\\.)*")"), Tone::ok, false},
        {re(R"((?:^|\s)#.*$)"), Tone::faint, false},
    };
    static const std::vector<Rule> shell{
        {re(R"(\b(?:if|then|else|elif|fi|for|do|done|while|case|esac|in|set|exit|exec|local|return|function|echo|printf)\b)"),
         Tone::accent, false},
        {re(R"(\$\{?[A-Za-z_][A-Za-z0-9_]*\}?|\$[0-9@#?*])"), Tone::recovering, false},
        {re(R"("(?:[^"\\]|\\.)*"|'[^']*')"), Tone::ok, false},
        {re(R"((?:^|\s)#.*$)"), Tone::faint, false},
    };
    static const std::vector<Rule> markdown{
        {re(R"(^\s*[-*]\s)"), Tone::accent, true},
        {re(R"(`[^`]+`)"), Tone::warn, false},
        {re(R"(\*\*[^*]+\*\*)"), Tone::text, true},
        {re(R"(^#{1,6}\s.*$)"), Tone::accent, true},
    };
    static const std::vector<Rule> json{
        {re(R"(-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b|\b(?:true|false|null)\b)"), Tone::recovering, false},
        {re(R"("(?:[^"\\]|\\.)*")"), Tone::ok, false},
        {re(R"("(?:[^"\\]|\\.)*"(?=\s*:))"), Tone::accent, false},
    };
    switch (language) {
    case Language::haproxy:
        return haproxy;
    case Language::shell:
        return shell;
    case Language::markdown:
        return markdown;
    case Language::json:
        return json;
    case Language::plain:
        break;
    }
    return plain;
}

void ExportHighlighter::highlightBlock(const QString& text) {
    if (m_diff) {
        QTextCharFormat format;
        if (text.startsWith(QLatin1String("+ ")))
            format.setForeground(m_theme.color(Tone::ok));
        else if (text.startsWith(QLatin1String("- ")))
            format.setForeground(m_theme.color(Tone::bad));
        else
            format.setForeground(m_theme.color(Tone::secondary));
        setFormat(0, int(text.size()), format);
        return;
    }
    for (const Rule& rule : rulesOf(m_language)) {
        QTextCharFormat format;
        format.setForeground(m_theme.color(rule.tone));
        if (rule.bold) format.setFontWeight(QFont::DemiBold);
        auto matches = rule.pattern.globalMatch(text);
        while (matches.hasNext()) {
            const QRegularExpressionMatch match = matches.next();
            setFormat(int(match.capturedStart()), int(match.capturedLength()), format);
        }
    }
}

} // namespace alwayson::gui
