# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that several places share is written from one source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tools import documentation
from tests.tools.documentation import files, main, rewritten
from tests.tools.documented import ROOT, options_in

ROLE = """\
argument_specs:
  main:
    options:
      private_connection_state: {type: str}
      private_connection_vpc_id: {type: str, description: By hand.}
      # BEGIN role_options private_endpoint
      # END
  status:
    options:
      private_connection_state: {type: str}
      # BEGIN role_options private_endpoint tidbcloud.wait
      # END
"""


def variables(text: str) -> dict[str, dict[str, Any]]:
    entries = yaml.safe_load(rewritten(text))["argument_specs"]
    return {name: entry["options"] for name, entry in entries.items()}


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_each_file_has_what_the_sources_say(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert rewritten(text) == text


def test_a_return_value_is_written_with_all_below_it_at_the_indent_of_its_marker() -> None:
    text = "a\n  # BEGIN return_values diff violations.contains\n  stale\n  # END\nb\n"
    lines = rewritten(text).splitlines()
    assert lines[:3] == ["a", "  # BEGIN return_values diff violations.contains", "  diff:"]
    assert lines[-2:] == ["  # END", "b"]
    written = yaml.safe_load("\n".join(lines[2:-2]))
    source = yaml.safe_load(documentation.RETURN_VALUES.read_text(encoding="utf-8"))
    assert written == {"diff": source["diff"], "contains": source["violations"]["contains"]}


def test_items_have_every_option_of_the_fragment_without_its_default() -> None:
    items = yaml.safe_load(rewritten("# BEGIN items private_endpoint\n# END\n"))
    options = options_in("private_endpoint")
    assert set(items) == set(options) - {"wait_timeout"}
    assert items["state"] == {
        "description": "As O(state), for this item.",
        "type": "str",
        "choices": ["present", "absent"],
    }


def test_the_role_has_every_option_that_it_does_not_describe_itself() -> None:
    main_options = variables(ROLE)["main"]
    assert main_options["private_connection_vpc_id"]["description"] == "By hand."
    assert main_options["private_connection_subnet_ids"]["elements"] == "str"
    assert "private_connection_allow_missing_network" not in main_options


def test_a_variable_has_no_default_and_no_choices_of_its_own() -> None:
    described = variables(ROLE)["main"]["private_connection_ip" + "_address_type"]
    assert set(described) == {"description", "type"}
    assert described["description"][-1] == "One of V(ipv4), V(ipv6) or V(dualstack)."


def test_a_reference_leads_to_the_variable_where_there_is_one_and_to_the_module_otherwise() -> None:
    main_options = variables(ROLE)["main"]
    assert "O(private_connection_state=absent)" in main_options["private_connection_keep_vpc_endpoint"]["description"]
    status = variables(ROLE.replace("private_endpoint tidbcloud.wait", "endpoint_info tidbcloud.filters"))["status"]
    (sentence,) = status["private_connection_project_ids"]["description"]
    assert "O(tidbcloud.privatelink.endpoint_info#module:project_id)" in sentence


def test_what_two_entry_points_share_is_written_once() -> None:
    text = rewritten(ROLE)
    assert text.count("private_connection_wait_delay: &wait_delay\n") == 1
    assert text.count("private_connection_wait_delay: *wait_delay\n") == 1
    described = variables(ROLE)
    assert described["main"]["private_connection_wait_delay"] == described["status"]["private_connection_wait_delay"]


@pytest.mark.parametrize(
    "text", ["# BEGIN return_values diff\n", "# END\n", "# BEGIN items a\n# BEGIN items a\n# END\n"]
)
def test_a_marker_without_its_other_half_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="END"):
        rewritten(text)


def test_checking_shows_what_differs_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "module.py"
    stale.write_text("# BEGIN return_values diff\nold: words\n# END\n", encoding="utf-8")
    monkeypatch.setattr(documentation, "files", lambda: [stale])
    monkeypatch.setattr(documentation, "ROOT", tmp_path)
    assert main(["--check"]) == 1
    assert "-old: words" in capsys.readouterr().out
    assert "old: words" in stale.read_text(encoding="utf-8")
    assert main([]) == 0
    assert "old: words" not in stale.read_text(encoding="utf-8")
    assert main(["--check"]) == 0


def test_the_sources_are_where_the_modules_and_the_role_are() -> None:
    names = {str(path.relative_to(ROOT)) for path in files()}
    assert {"plugins/modules/private_endpoint.py", "roles/private_connection/meta/argument_specs.yml"} <= names
