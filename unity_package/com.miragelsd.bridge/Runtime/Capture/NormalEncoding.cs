namespace MirageLSD
{
    /// <summary>How a pipeline keeps its normals; the numbers are the shader's (_LSDNormals.x).</summary>
    internal enum NormalEncoding
    {
        /// <summary>URP: world space as it is, or packed where its keyword for accurate G-buffer normals is on.</summary>
        Universal = 0,

        /// <summary>HDRP: an octahedron of world space in three bytes.</summary>
        Octahedron = 1,

        /// <summary>The built-in pipeline: camera space as a stereographic projection, beside a coarse depth.</summary>
        DepthNormals = 2,
    }
}
