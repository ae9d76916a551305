
namespace UnityEngine
{
    // Modules/IMGUI/EventEnums.cs
    public enum EventType
    {
        MouseDrag = 3,
        KeyDown = 4,
        KeyUp = 5,
        Repaint = 7,
    }

    // Modules/IMGUI/Event.cs
    public sealed class Event
    {
        public static Event current { get; } = new Event();

        public EventType type { get; set; } = EventType.Repaint;
        public KeyCode keyCode { get; set; }
        public Vector2 delta { get; set; }
    }

    // Modules/IMGUI/GUIEnums.cs
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

        public static bool Button(Rect position, string text)
        {
            return text == GUILayout.Pressed;
        }

        public static void Label(Rect position, string text)
        {
        }

        public static void DrawTexture(Rect position, Texture image, ScaleMode scaleMode, bool alphaBlend)
        {
            Drawn = image;
        }
    }
}

namespace UnityEngine
{
    // Modules/IMGUI/GUIStyle.cs
    public sealed class GUIStyle
    {
    }

    // Modules/IMGUI/GUILayoutOption.cs
    public sealed class GUILayoutOption
    {
    }

    // Modules/IMGUI/GUILayout.cs
    public class GUILayout
    {
        /// <summary>Not Unity's: the label of the button that a test presses.</summary>
        internal static string Pressed;

        public static bool Button(string text, params GUILayoutOption[] options)
        {
            return text == Pressed;
        }

        public static GUILayoutOption MaxHeight(float maxHeight)
        {
            return new GUILayoutOption();
        }

        public static GUILayoutOption MaxWidth(float maxWidth)
        {
            return new GUILayoutOption();
        }
    }

    // Modules/IMGUI/GUILayoutUtility.cs
    public class GUILayoutUtility
    {
        public static Rect GetRect(float minWidth, float maxWidth, float minHeight, float maxHeight)
        {
            return new Rect(0f, 0f, minWidth, minHeight);
        }

        public static Rect GetAspectRect(float aspect, params GUILayoutOption[] options)
        {
            return new Rect(0f, 0f, aspect * 100f, 100f);
        }
    }
}

namespace UnityEngine
{
    // Runtime/Export/Input/KeyCode.cs
    public enum KeyCode
    {
        A = 97,
        B = 98,
        D = 100,
        S = 115,
        W = 119,
    }
}
