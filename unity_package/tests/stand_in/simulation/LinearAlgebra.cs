using UnityEngine;

namespace StandIn
{
    internal static class LinearAlgebra
    {
        /// <summary>Gauss-Jordan with pivoting, in double precision.</summary>
        public static bool TryInvert(Matrix4x4 matrix, out Matrix4x4 inverse)
        {
            var rows = new double[4, 8];
            for (var r = 0; r < 4; r++)
            {
                for (var c = 0; c < 4; c++) rows[r, c] = matrix[r, c];
                rows[r, 4 + r] = 1.0;
            }
            inverse = new Matrix4x4();
            for (var c = 0; c < 4; c++)
            {
                var pivot = c;
                for (var r = c + 1; r < 4; r++)
                    if (System.Math.Abs(rows[r, c]) > System.Math.Abs(rows[pivot, c])) pivot = r;
                if (rows[pivot, c] == 0.0) return false;
                for (var k = 0; k < 8; k++)
                {
                    var kept = rows[c, k];
                    rows[c, k] = rows[pivot, k];
                    rows[pivot, k] = kept;
                }
                var scale = rows[c, c];
                for (var k = 0; k < 8; k++) rows[c, k] /= scale;
                for (var r = 0; r < 4; r++)
                {
                    var share = rows[r, c];
                    for (var k = 0; r != c && k < 8; k++) rows[r, k] -= share * rows[c, k];
                }
            }
            for (var r = 0; r < 4; r++)
            for (var c = 0; c < 4; c++)
                inverse[r, c] = (float)rows[r, 4 + c];
            return true;
        }
    }
}
