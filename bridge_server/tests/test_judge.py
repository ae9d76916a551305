"""The judge of themes: what it learns from, that it is kept in a file, and grades that are to tell nothing."""

import pytest
import torch

from mirage_lsd_lab.evaluation import theme_classifier
from mirage_lsd_lab.evaluation.grading import look_of, with_colors, with_look
from mirage_lsd_lab.evaluation.judge_pictures import HEIGHT, WIDTH, render_pictures
from mirage_lsd_lab.evaluation.theme_classifier import judged, learned, read_or_train


def tick(done, total):
    assert done <= total


def test_grades_have_the_colors_they_are_given_and_keep_the_picture():
    torch.manual_seed(0)
    picture = torch.rand(2, 3, 20, 30) * 0.4 + 0.2
    others = torch.rand(2, 3, 20, 30) ** 2
    same = with_colors(picture, others)
    assert torch.equal(same.flatten(2).sort(2).values, others.flatten(2).sort(2).values)
    assert torch.equal(same[0, 0].flatten().argsort(), picture[0, 0].flatten().argsort())
    aim = torch.tensor([[0.5, 0.4, 0.3], [0.05, 0.04, 0.06]]).expand(2, 2, 3)
    torch.testing.assert_close(look_of(with_look(picture, aim)), aim, atol=2e-3, rtol=0)


@pytest.fixture(scope="module")
def pictures():
    return render_pictures(range(500_250, 500_252), tick)


def test_each_level_is_seen_in_three_themes(pictures):
    assert pictures.targets.shape == (6, 3, HEIGHT, WIDTH)
    assert len({(int(a), int(b)) for a, b in zip(pictures.scenes[:3], pictures.lightings[:3], strict=True)}) == 3
    assert torch.equal(pictures.films[0], pictures.films[2])
    # The film's detail is on it, the theme's colors are its own.
    change = (pictures.finished.float() - pictures.targets).abs().mean((1, 2, 3))
    assert (change > 1).all()
    assert (look_of(pictures.finished.float()) - look_of(pictures.targets.float())).abs()[:, 0].max() < 40


def test_a_judge_tells_what_it_has_learned_and_is_kept_in_a_file(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(theme_classifier, "_STEPS", 60)
    judge = learned(pictures)
    assert judged(judge, pictures).targets > 0.5
    monkeypatch.setattr(theme_classifier, "train_classifier", lambda tick, levels: judge)
    kept = tmp_path / "judge.safetensors"
    read_or_train(kept, tick)
    monkeypatch.delattr(theme_classifier, "train_classifier")
    again = read_or_train(kept, tick)
    assert judged(again, pictures) == judged(judge, pictures)
    assert torch.equal(again.looks, judge.looks)
    kept.write_bytes(b"no judge")
    with pytest.raises(ValueError, match="holds no judge of themes"):
        read_or_train(kept, tick)
