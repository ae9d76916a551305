# The devices of streamers against real receivers: OBS Studio, nginx with its RTMP module, FFmpeg, Chromium. Heavy, so it is no part
# of `make test`; what this machine lacks is skipped with a sentence.
MEDIA_PACKAGES := xvfb xdotool x11-utils x11-xserver-utils obs-studio nginx libnginx-mod-rtmp ffmpeg chromium espeak-ng

.PHONY: test-media
test-media: setup $(VENV)/.media
	$(BIN)/python -m pytest tests/media -p no:cacheprovider --timeout 600

$(VENV)/.media: constraints.txt pyproject.toml media.mk | $(VENV)/.installed
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --disable-pip-version-check -q '.[demo,bench,dev,media]' ./bridge_server/mirage_lsd_lab
	@command -v obs nginx chromium ffplay espeak-ng Xvfb >/dev/null || apt-get install -y --no-install-recommends $(MEDIA_PACKAGES) || \
		echo "Some receivers are missing (as root: apt-get install $(MEDIA_PACKAGES)); their tests are skipped."
	@touch $@
