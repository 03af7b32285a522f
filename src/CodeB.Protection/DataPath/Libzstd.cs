using System.Runtime.InteropServices;
using CodeB.Domain.Errors;

namespace CodeB.Protection.DataPath;

/// <summary>The part of libzstd's streaming interface that the data path uses (zstd.h 1.4 and later).</summary>
internal static unsafe partial class Libzstd
{
    public const int CompressionLevel = 100;
    public const int ChecksumFlag = 201;
    public const int Workers = 400;

    public const int Continue = 0;
    public const int End = 2;

    private const string Library = "libzstd.so.1";

    public static nint CreateCompressor() => Call(CreateCCtx);

    public static nint CreateDecompressor() => Call(CreateDCtx);

    public static void Check(nuint code, string what)
    {
        if (IsError(code) != 0)
            throw new DomainException(ErrorCode.DataLoss, $"zstd {what}: {Marshal.PtrToStringUTF8(ErrorName(code))}");
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    public static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressStream2")]
    public static partial nuint Compress(nint context, OutBuffer* output, InBuffer* input, int directive);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint Decompress(nint context, OutBuffer* output, InBuffer* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    private static partial nint CreateCCtx();

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial nint CreateDCtx();

    private static nint Call(Func<nint> create)
    {
        try
        {
            var context = create();
            return context != 0 ? context : throw new DomainException(ErrorCode.ResourceExhausted, "zstd: no memory for a context");
        }
        catch (DllNotFoundException error)
        {
            throw new DomainException(
                ErrorCode.FailedPrecondition,
                $"{Library} is missing on the machine that runs CodeB; install it (Debian: apt-get install libzstd1)",
                inner: error);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct InBuffer
    {
        public byte* Data;
        public nuint Size;
        public nuint Position;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct OutBuffer
    {
        public byte* Data;
        public nuint Size;
        public nuint Position;
    }
}
