using System;
using UnityEngine;

namespace MirageLSD
{
    /// <summary>The space in which the textures of a thing are fixed.</summary>
    internal static class ObjectSpace
    {
        // A transform whose axes are shorter, or less apart, says nothing of directions.
        private const double LeastScale = 1e-6, LeastSine = 1e-3;

        /// <summary>Which of its own axes points up the most: 0 to 2, or 3 to 5 for their opposites.</summary>
        /// <remarks>Models come with any of them upwards; bricks lie along the height.</remarks>
        public static int UpAxis(Matrix4x4 worldFromObject)
        {
            var best = 1;
            var highest = 0.0;
            for (var axis = 0; axis < 3; axis++)
            {
                var length = Math.Sqrt(Along(worldFromObject, axis, axis));
                if (!(length > LeastScale)) continue;
                var height = worldFromObject[1, axis] / length;
                // Between two that are as good, y as it is.
                if (Math.Abs(height) <= highest + (best == 1 ? LeastSine : 0.0)) continue;
                highest = Math.Abs(height);
                best = height < 0.0 ? axis + 3 : axis;
            }
            return best;
        }

        /// <summary>The same transform from a space whose y is <paramref name="upAxis"/>.</summary>
        public static Matrix4x4 StoodUp(Matrix4x4 worldFromObject, int upAxis)
        {
            var axis = upAxis % 3;
            var sign = upAxis < 3 ? 1f : -1f;
            var stood = worldFromObject;
            for (var row = 0; row < 3; row++)
            {
                stood[row, 0] = worldFromObject[row, (axis + 2) % 3];
                stood[row, 1] = sign * worldFromObject[row, axis];
                stood[row, 2] = sign * worldFromObject[row, (axis + 1) % 3];
            }
            return stood;
        }

        /// <summary>Undoes rotation and translation, but no scale, so that metres stay metres. The identity where a transform has no directions.</summary>
        public static Matrix4x4 FromWorld(Matrix4x4 worldFromObject)
        {
            // Its columns become unit one after the other, so that shear is undone, too, and mirrors stay mirrors.
            var axes = worldFromObject;
            for (var i = 0; i < 3; i++)
            {
                var scale = Math.Sqrt(Along(axes, i, i));
                for (var k = 0; k < i; k++)
                {
                    var along = (float)Along(axes, k, i);
                    for (var row = 0; row < 3; row++) axes[row, i] -= along * axes[row, k];
                }
                var length = Math.Sqrt(Along(axes, i, i));
                if (!(length > LeastSine * scale) || !(scale > LeastScale)) return Matrix4x4.identity;
                for (var row = 0; row < 3; row++) axes[row, i] = (float)(axes[row, i] / length);
            }
            var objectFromWorld = Matrix4x4.identity;
            for (var row = 0; row < 3; row++)
            {
                for (var column = 0; column < 3; column++) objectFromWorld[row, column] = axes[column, row];
                objectFromWorld[row, 3] = (float)-Along(axes, row, 3);
            }
            return objectFromWorld;
        }

        // Of two columns.
        private static double Along(Matrix4x4 m, int a, int b)
        {
            return (double)m[0, a] * m[0, b] + (double)m[1, a] * m[1, b] + (double)m[2, a] * m[2, b];
        }
    }
}
