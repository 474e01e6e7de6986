namespace Gateway.Core.Requests;

/// <summary>In which list of a body an image part stands.</summary>
public enum ImagePlace
{
    /// <summary>A chat message's content: <c>messages[0].content[1]</c>.</summary>
    Message,

    /// <summary>The content of an item of a response's input: <c>input[0].content[1]</c>.</summary>
    Input,

    /// <summary>What a tool gave back, in a response's input: <c>input[2].output[0]</c>.</summary>
    ToolOutput,

    /// <summary>The pictures to be edited: <c>images[0]</c>.</summary>
    Edited,

    /// <summary>The mask of an edit: <c>mask</c>.</summary>
    Mask,

    /// <summary>The files of a form: <c>image[0]</c>.</summary>
    Upload,

    /// <summary>What is to be judged: <c>input[1]</c>.</summary>
    Moderated,
}
