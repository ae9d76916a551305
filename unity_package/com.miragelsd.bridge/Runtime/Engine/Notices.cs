using System;
using System.Collections.Generic;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>Says each thing once in the console, until it is over and happens again.</summary>
    internal sealed class Notices
    {
        private readonly HashSet<string> _said = new HashSet<string>();

        public event Action<string> Said;

        public void Once(string key, string sentence)
        {
            if (!_said.Add(key)) return;
            Debug.LogWarning("MirageLSD: " + sentence);
            Events.Raise(Said, sentence);
        }

        public void Forget(string key)
        {
            _said.Remove(key);
        }
    }
}
