namespace Orleans.Runtime;

/// <summary>What generated requests call to bring the four kinds of grain methods to one.</summary>
internal static class RequestAdapters
{
    public static ValueTask<T> OfTask<T>(Task<T> task) => new(task);

    public static ValueTask<Nothing> OfVoidTask(Task task)
    {
        return task.IsCompletedSuccessfully ? default : Wait(task);

        static async ValueTask<Nothing> Wait(Task task)
        {
            await task;
            return default;
        }
    }

    public static ValueTask<Nothing> OfVoidValueTask(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully) return OfVoidTask(task.AsTask());
        task.GetAwaiter().GetResult();
        return default;
    }

    public static ValueTask<T> SendForValueTask<T>(Request<T> request) => new(Send(request));

    public static Task<T> Send<T>(Request<T> request)
    {
        var answer = request.Answer;
        request.Target.Runtime.Send(request);
        return answer;
    }

    public static Task SendVoid(Request<Nothing> request) => Send(request);

    public static ValueTask SendForVoidValueTask(Request<Nothing> request) => new(Send(request));
}
