using System;

namespace MirageLSD
{
    /// <summary>The native core is missing, of another version, or refused a value; the message says what to do.</summary>
    public sealed class LSDException : Exception
    {
        public LSDException(string message) : base(message)
        {
        }

        public LSDException(string message, Exception inner) : base(message, inner)
        {
        }
    }
}
