#pragma once
// One outage has several lengths, by who measures it. What each of them is, in words for people; the text of
// the command line and the window say the same.

#include <string_view>

namespace alwayson::lengths {

// By requests: FlowResult::unserved.
inline constexpr std::string_view kNotServed =
    "more of the requests begun then failed than the client puts up with, whatever the reason";
// By the parts: OutageFigures of FlowResult.
inline constexpr std::string_view kOutage =
    "until enough parts worked, and those who call them knew it; what requests met is \"not served\"";
// Of a group: Recovery::served.
inline constexpr std::string_view kRecovery =
    "from the failure until the last caller was served again: by who took over, or by what was back first";
// The same in a run over the years, where no request is followed.
inline constexpr std::string_view kOutageOverYears =
    "while too few parts work, or those who call them do not know it yet";

} // namespace alwayson::lengths
