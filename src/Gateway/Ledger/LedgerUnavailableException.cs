namespace Gateway.Ledger;

/// <summary>A row could not be made durable. It may still have been written: writing it again under the same request id is harmless.</summary>
internal sealed class LedgerUnavailableException(string message, Exception? inner) : Exception(message, inner);
