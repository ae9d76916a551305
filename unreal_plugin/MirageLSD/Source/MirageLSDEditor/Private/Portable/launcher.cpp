// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
#include "launcher.h"

#include <algorithm>
#include <cctype>

namespace lsd_unreal {
namespace {

constexpr const char* kVersions[] = {"3.14", "3.13", "3.12", "3.11"};

bool starts_with(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/** One search: knows the machine and gathers without repeating. */
class Search {
 public:
  explicit Search(const LauncherPlace& place) : place_(place), windows_(place.platform == HostPlatform::kWindows) {}

  FoundDaemon run() {
    find_pythons();
    const std::string setting = folder(place_.setting);
    if (!setting.empty()) {
      follow_setting(setting);
      return found_;
    }
    const std::vector<std::string> environments = this->environments();
    for (const std::string& environment : environments) add_program(scripts(environment));
    for (const std::string& entry : path()) add_program(entry);
    for (const std::string& entry : other_program_folders()) add_program(entry);
    for (const std::string& environment : environments) add_python(python_of(environment));
    for (const Command& python : found_.pythons) add(as_module(python));
    return found_;
  }

 private:
  bool is_file(const std::string& file) const { return place_.is_file(file); }

  /** With slashes, without the last one. */
  std::string folder(std::string text) const {
    if (windows_) std::replace(text.begin(), text.end(), '\\', '/');
    while (text.size() > 1 && text.back() == '/') text.pop_back();
    return text;
  }

  bool is_absolute(const std::string& text) const {
    if (!windows_) return starts_with(text, "/");
    return starts_with(text, "//") || (text.size() > 2 && text[1] == ':' && text[2] == '/');
  }

  /** A variable that names a folder; empty if it does not name an absolute one. */
  std::string variable(const char* name) const {
    const std::string value = folder(place_.environment(name));
    return is_absolute(value) ? value : std::string();
  }

  std::vector<std::string> path() const {
    std::vector<std::string> entries;
    const std::string all = place_.environment("PATH");
    const char separator = windows_ ? ';' : ':';
    for (size_t begin = 0; begin <= all.size();) {
      const size_t end = std::min(all.find(separator, begin), all.size());
      std::string entry = all.substr(begin, end - begin);
      entry.erase(std::remove(entry.begin(), entry.end(), '"'), entry.end());
      entry = folder(entry);
      if (is_absolute(entry)) entries.push_back(entry);
      begin = end + 1;
    }
    return entries;
  }

  std::vector<std::string> environments() const {
    std::vector<std::string> folders;
    for (const std::string& named : {folder(place_.project) + "/.venv", folder(place_.own_environment),
                                     variable("VIRTUAL_ENV"), variable("CONDA_PREFIX")}) {
      if (is_absolute(named)) folders.push_back(named);
    }
    return folders;
  }

  std::vector<std::string> other_program_folders() const {
    std::vector<std::string> folders;
    const std::string home = variable("HOME"), roaming = variable("APPDATA");
    const bool mac = place_.platform == HostPlatform::kMac;
    if (!windows_ && !home.empty()) folders.push_back(home + "/.local/bin");
    for (const std::string version : kVersions) {
      if (mac && !home.empty()) folders.push_back(home + "/Library/Python/" + version + "/bin");
      if (windows_ && !roaming.empty()) folders.push_back(roaming + "/Python/Python" + undotted(version) + "/Scripts");
    }
    if (mac) {
      folders.insert(folders.end(), {"/opt/homebrew/bin", "/usr/local/bin"});
      for (const std::string version : kVersions) folders.push_back(framework(version) + "/bin");
    }
    return folders;
  }

  void find_pythons() {
    std::vector<Command> stubs;
    auto take = [&](const std::string& file, bool is_stub) {
      if (is_file(file)) (is_stub ? stubs : found_.pythons).push_back({file});
    };
    if (windows_) {
      find_windows_launcher();
      for (const std::string& entry : path()) take(entry + "/python.exe", ends_with(entry, "Microsoft/WindowsApps"));
      const std::string local = variable("LOCALAPPDATA");
      for (const std::string version : kVersions) {
        if (!local.empty()) take(local + "/Programs/Python/Python" + undotted(version) + "/python.exe", false);
      }
    } else {
      const bool mac = place_.platform == HostPlatform::kMac;
      for (const std::string& entry : path()) take(entry + "/python3", mac && entry == "/usr/bin");
      if (mac) {
        take("/opt/homebrew/bin/python3", false);
        take("/usr/local/bin/python3", false);
        for (const std::string version : kVersions) take(framework(version) + "/bin/python3", false);
      } else {
        take("/usr/bin/python3", false);
      }
    }
    found_.pythons.insert(found_.pythons.end(), stubs.begin(), stubs.end());
    std::vector<Command> once;
    for (const Command& python : found_.pythons) {
      if (std::find(once.begin(), once.end(), python) == once.end()) once.push_back(python);
    }
    found_.pythons = once;
  }

  void find_windows_launcher() {
    std::vector<std::string> places = path();
    places.push_back(variable("SystemRoot"));
    const std::string local = variable("LOCALAPPDATA");
    places.push_back(local.empty() ? local : local + "/Programs/Python/Launcher");
    for (const std::string& entry : places) {
      if (!entry.empty() && is_file(entry + "/py.exe")) {
        found_.pythons.push_back({entry + "/py.exe", "-3"});
        return;
      }
    }
  }

  void follow_setting(const std::string& setting) {
    if (setting.find('/') == std::string::npos) {
      const std::string name = windows_ && setting.find('.') == std::string::npos ? setting + ".exe" : setting;
      for (const std::string& entry : path()) {
        if (is_file(entry + "/" + name)) return add_file(entry + "/" + name);
      }
    } else if (is_file(setting)) {
      add_file(setting);
    } else if (is_file(scripts(setting) + "/" + program())) {
      add_program(scripts(setting));
    } else {
      add_python(python_of(setting));
    }
  }

  void add_file(const std::string& file) {
    const std::string name = file.substr(file.find_last_of('/') + 1);
    if (starts_with(name, "mirage-lsd")) {
      add({file});
    } else {
      add(as_module(windows_ && name == "py.exe" ? Command{file, "-3"} : Command{file}));
    }
  }

  static Command as_module(Command python) {
    python.insert(python.end(), {"-P", "-m", "mirage_lsd"});
    return python;
  }

  void add_program(const std::string& in_folder) {
    if (is_file(in_folder + "/" + program())) add({in_folder + "/" + program()});
  }

  void add_python(const std::string& python) {
    if (is_file(python)) add(as_module({python}));
  }

  void add(const Command& command) {
    auto& all = found_.candidates;
    if (std::find(all.begin(), all.end(), command) == all.end()) all.push_back(command);
  }

  /** conda's lies in the environment itself. */
  std::string python_of(const std::string& environment) const {
    const std::string usual = environment_python(place_.platform, environment);
    return windows_ && !is_file(usual) ? environment + "/python.exe" : usual;
  }

  std::string scripts(const std::string& environment) const { return environment + (windows_ ? "/Scripts" : "/bin"); }
  std::string program() const { return windows_ ? "mirage-lsd.exe" : "mirage-lsd"; }
  static std::string framework(const std::string& version) {
    return "/Library/Frameworks/Python.framework/Versions/" + version;
  }
  static std::string undotted(std::string version) {
    version.erase(std::remove(version.begin(), version.end(), '.'), version.end());
    return version;
  }

  const LauncherPlace& place_;
  const bool windows_;
  FoundDaemon found_;
};

bool is_number(const std::string& text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/** 127.x.x.x */
bool is_loopback_v4(const std::string& host) {
  int parts = 0;
  for (size_t begin = 0; begin <= host.size(); ++parts) {
    const size_t end = std::min(host.find('.', begin), host.size());
    const std::string part = host.substr(begin, end - begin);
    if (!is_number(part) || std::stoi(part) > 255 || (parts == 0 && part != "127")) return false;
    begin = end + 1;
  }
  return parts == 4;
}

bool is_of_this_machine(const std::string& endpoint) {
  if (starts_with(endpoint, "ipc://")) return endpoint.size() > 6;
  const size_t colon = endpoint.find_last_of(':');
  if (!starts_with(endpoint, "tcp://") || colon < 6 || !is_number(endpoint.substr(colon + 1))) return false;
  const std::string host = endpoint.substr(6, colon - 6);
  return host == "localhost" || host == "[::1]" || is_loopback_v4(host);
}

}  // namespace

FoundDaemon find_daemon(const LauncherPlace& place) { return Search(place).run(); }

bool serve_command(const ServeOptions& options, ServeCommand& out, std::string& error) {
  if (!is_of_this_machine(options.endpoint)) {
    error = "The endpoint in the project settings, " + options.endpoint +
            ", is another machine's; start the daemon there, or enter tcp://127.0.0.1:5757.";
    return false;
  }
  out.arguments = {"serve", "--bind", options.endpoint, "--model", options.model};
  auto option = [&out](const char* name, const std::string& value) {
    if (!value.empty()) out.arguments.insert(out.arguments.end(), {name, value});
  };
  option("--device", options.device);
  option("--log-file", options.log);
  option("--parent-pid", std::to_string(options.parent));
  option("--key-file", options.keys);
  out.environment = {{"PYTHONSAFEPATH", "1"}, {"PYTHONUTF8", "1"}};
  if (!options.token.empty()) out.environment.emplace_back("MIRAGE_LSD_TOKEN", options.token);
  return true;
}

bool tries_next(int exit_code, const std::string& output) {
  if (exit_code == 9009 || exit_code == 127) return true;
  // A Python without the package, or before 3.11. With quotation marks it is a broken installation, which the user has
  // to hear of.
  if (output.find("No module named mirage_lsd") != std::string::npos) return true;
  return output.find("unknown option -P") != std::string::npos;
}

std::string environment_python(HostPlatform platform, const std::string& folder) {
  return folder + (platform == HostPlatform::kWindows ? "/Scripts/python.exe" : "/bin/python");
}

bool command_line(const Command& arguments, std::string& out, std::string& error) {
  out.clear();
  for (const std::string& argument : arguments) {
    if (argument.find_first_of("\"\r\n") != std::string::npos || (!argument.empty() && argument.back() == '\\')) {
      error = "The daemon can't be given " + argument +
              ": take quotation marks and line ends out of the MirageLSD settings, and a backslash from its end.";
      return false;
    }
    // Only where it is needed: some platforms hand quotation marks in the middle of a word on.
    const bool quoted = argument.empty() || argument.find(' ') != std::string::npos;
    if (!out.empty()) out += ' ';
    out += quoted ? '"' + argument + '"' : argument;
  }
  return true;
}

}  // namespace lsd_unreal
