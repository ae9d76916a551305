using StandIn;

namespace UnityEngine
{
    // Modules/IMGUI/EventEnums.cs
    public enum EventType
    {
        Repaint = 7,
    }

    // Modules/IMGUI/Event.cs
    public sealed class Event
    {
        public static Event current { get; } = new Event();

        public EventType type { get; set; } = EventType.Repaint;
    }

    // Modules/IMGUI/GUI.cs
    public enum ScaleMode
    {
        StretchToFill = 0,
        ScaleAndCrop = 1,
        ScaleToFit = 2,
    }

    // Modules/IMGUI/GUI.cs
    public class GUI
    {
        internal static Texture Drawn;

        public static int depth { get; set; }
        public static Color color { get; set; }
        public static bool enabled { get; set; } = true;

        public static void DrawTexture(Rect position, Texture image, ScaleMode scaleMode, bool alphaBlend)
        {
            Drawn = image;
        }
    }
}
