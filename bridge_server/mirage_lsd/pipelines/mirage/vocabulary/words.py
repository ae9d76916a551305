"""What words say of a scene, of its lighting and of its colors. By hand; a model's own names count most, whatever stands here."""

from __future__ import annotations

# Of each look: words that leave no doubt, then words that only lean there. Two words joined by "-" are two words of a prompt, side by side.
SCENE_WORDS: dict[str, tuple[str, str]] = {
    "forest": (
        "wood woods woodland jungle rainforest grove thicket undergrowth moss fern vine ivy foliage bamboo birch oak pine spruce fir beech "
        "willow redwood sequoia mangrove taiga canopy orchard swamp bog marsh mushroom autumn elf druid fairy-tale enchanted",
        "tree leaf leaves bush shrub grass meadow field garden park glade nature wild wilderness green flower blossom bloom river creek bear deer wolf "
        "overgrown lush root trunk log trail hill valley spring prairie lawn grassland",
    ),
    "city": (
        "town downtown metropolis urban street avenue boulevard alley alleyway skyscraper highrise tower-block subway metro suburb suburbs sidewalk "
        "pavement traffic crosswalk intersection apartment office tokyo york manhattan london paris chicago shanghai hong-kong berlin "
        "gotham blade-runner cyberpunk ghetto slum brooklyn seoul singapore osaka mumbai moscow",
        "building tower block road rooftop bridge plaza taxi car bus train crowd shop mall billboard sign concrete brick asphalt noir detective "
        "modern skyline window concert nightclub club graffiti station warehouse harbor",
    ),
    "scifi": (
        "sci-fi space spaceship starship spacecraft orbital orbit alien robot android cyborg futuristic future galaxy galactic planet planetary mars martian "
        "jupiter saturn venus moonbase lunar asteroid cosmos cosmic interstellar laser hologram holographic reactor airlock laboratory lab "
        "cybernetic terraform tron star-wars star-trek matrix mecha spaceport space-station satellite dystopia utopia",
        "tech technology technological machine mechanical computer circuit metal metallic steel chrome factory industrial hangar bunker digital electric electronic engine plasma energy "
        "corridor colony dome surface bridge reactor portal rocket shuttle synthetic nuclear",
    ),
    "desert": (
        "dune sahara gobi mojave arizona arabia arabian egypt egyptian pyramid oasis camel cactus mesa canyon badlands nomad bedouin sand sandy sandstone "
        "sandstorm arid parched savanna savannah outback dust-bowl nevada texas dubai morocco petra wadi",
        "dry drought dust dusty hot heat scorched sun-baked wasteland barren mirage caravan western cowboy tumbleweed clay pharaoh tomb beach",
    ),
    "snow": (
        "ice icy frozen frost freeze frigid winter wintry wintery arctic antarctic antarctica polar glacier glacial blizzard avalanche tundra iceberg icicle "
        "alps alpine himalaya everest siberia siberian greenland christmas ski igloo penguin permafrost snowfall snowstorm snowman january february december hail "
        "iceland norway sleigh yeti narnia",
        "cold chilly white mountain peak summit nordic viking slope fjord steppe crystal north lodge cabin",
    ),
    "village": (
        "hamlet cottage medieval castle farm farmhouse barn thatch cobblestone cobbled hut countryside rural tavern inn mill windmill watermill chapel church "
        "monastery abbey market fortress knight kingdom peasant homestead settlement shire rustic smithy blacksmith stable feudal tudor",
        "house home cabin roof stone ancient old temple ruin village-green square well fence shack lighthouse keeper bakery fantasy dragon king queen princess "
        "fisherman fishing vineyard harvest country pasture lantern timber wooden",
    ),
    "underwater": (
        "undersea submarine submerged sunken deep-sea seabed ocean-floor sea-floor reef coral kelp kelp-forest atlantis aquarium seaweed abyss abyssal trench whale shark "
        "jellyfish octopus fish dolphin mermaid aquatic marine diving diver shipwreck mariana plankton nautilus",
        "ocean sea water lagoon bubble tide depth depths blue-deep pearl shell deep bottom wave",
    ),
    "volcanic": (
        "volcano lava magma eruption erupt crater caldera inferno hell hellish hellscape ash ember cinder obsidian brimstone molten mordor basalt pumice "
        "etna vesuvius krakatoa underworld demon demonic devil infernal purgatory",
        "fire fiery burn flame burning blaze smoke smoky sulfur sulphur scorched apocalypse apocalyptic doom wasteland charred furnace forge hot geyser pompeii",
    ),
}  # fmt: skip
LIGHTING_WORDS: dict[str, tuple[str, str]] = {
    "day": (
        "daylight daytime noon midday high-noon sunny sunlight sunlit sunshine sunbeam morning afternoon cloudless clear-sky blue-sky broad-daylight",
        "sun bright clear summer spring light blue vivid cheerful shining",
    ),
    "overcast": (
        "cloudy cloud rain rainy drizzle storm stormy thunder thunderstorm downpour grey gray leaden dreary gloomy dull bleak shower monsoon hurricane "
        "blizzard sleet hail november grey-sky gray-sky snowfall snowstorm",
        "wet gloom sad melancholy somber sombre moody muted soft diffuse flat weather windy gale",
    ),
    "sunset": (
        "dusk evening sundown twilight golden golden-hour golden-light sunrise dawn daybreak magic-hour afterglow gloaming first-light last-light",
        "orange amber warm gold autumn romantic low-sun october red-sky pink-sky purple-sky",
    ),
    "night": (
        "midnight nighttime nocturnal moon moonlight moonlit starlight starlit starry star stars dark darkness after-dark pitch-black blue-hour pitch-dark nightfall lamplight candlelight "
        "torchlight evening-lamp",
        "black shadow shadowy ominous eerie spooky sinister haunted horror creepy aurora lantern candle torch sleeping",
    ),
    "neon": (
        "cyberpunk synthwave vaporwave retrowave outrun ultraviolet fluorescent blacklight blade-runner arcade disco rave nightclub glowstick tron "
        "80s-neon neon-light neon-sign eighties",
        "glow glowing electric laser 80s club hologram holographic flicker flickering sign pink magenta luminous bioluminescent vibrant party vegas",
    ),
    "fog": (
        "foggy mist misty haze hazy smog steam steamy brume murk murky vapor vapour pea-soup",
        "smoke smoky ghostly ethereal dreamy dreamlike mystical mysterious veiled blurry dim silent",
    ),
}  # fmt: skip
# Neither says what a picture looks like, nor is worth a word that it doesn't.
EMPTY_WORDS = frozenset(
    ["a", "an", "the", "this", "that", "these", "those", "my", "your", "his", "her", "its", "our", "their", "some", "any", "no", "not", "and", "or", "but", "nor", "so", "as", "if", "than", "then", "of", "in", "on", "at", "by", "to", "into", "onto", "from", "with", "without", "within", "under", "over", "above", "below", "beneath", "between", "behind", "before", "after", "during", "through", "across", "along", "around", "past", "near", "next", "beside", "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did", "it", "i", "we", "you", "he", "she", "they", "them", "me", "us", "who", "which", "what", "where", "when", "while", "there", "here", "all", "each", "every", "more", "most", "very", "much", "many", "few", "lot", "lots", "one", "two", "three", "like", "style", "styled", "theme", "themed", "look", "looks", "looking", "scene", "scenery", "view", "picture", "image", "photo", "painting", "render", "rendered", "place", "world", "landscape", "setting", "background", "atmosphere", "mood", "vibe", "vibes", "feel", "feeling", "feels", "something", "anything", "nothing", "everything", "kind", "type", "sort", "please", "make", "turn", "want", "inside", "outside", "up", "down", "out", "off", "just", "only", "beautiful", "nice", "pretty", "great", "epic", "cinematic", "dramatic", "realistic", "detailed", "high", "low", "big", "small", "huge", "large", "tiny", "heavy", "light", "lights", "lighting", "sky", "air", "full", "half", "hour", "time", "covered", "filled", "surrounded", "made", "seen", "set", "s", "t", "deep", "thick", "inside"]
)  # fmt: skip
# sRGB, of light rather than of cloth.
TINTS: dict[str, tuple[float, float, float]] = {
    "red": (1.0, 0.35, 0.3), "crimson": (0.95, 0.25, 0.3), "scarlet": (1.0, 0.3, 0.2), "orange": (1.0, 0.6, 0.25), "amber": (1.0, 0.7, 0.3),
    "gold": (1.0, 0.8, 0.4), "golden": (1.0, 0.8, 0.4), "yellow": (1.0, 0.9, 0.4), "green": (0.4, 1.0, 0.45), "emerald": (0.3, 0.9, 0.5),
    "teal": (0.3, 0.85, 0.85), "turquoise": (0.35, 0.95, 0.9), "cyan": (0.4, 0.95, 1.0), "blue": (0.4, 0.55, 1.0), "azure": (0.4, 0.7, 1.0),
    "indigo": (0.45, 0.4, 1.0), "violet": (0.7, 0.45, 1.0), "purple": (0.7, 0.4, 0.95), "magenta": (1.0, 0.35, 0.9), "pink": (1.0, 0.6, 0.8),
    "rose": (1.0, 0.6, 0.65), "sepia": (1.0, 0.8, 0.6), "brown": (0.85, 0.65, 0.45), "turquoise-light": (0.35, 0.95, 0.9), "rosy": (1.0, 0.6, 0.65),
}  # fmt: skip
