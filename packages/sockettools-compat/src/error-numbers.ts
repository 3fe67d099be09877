// The numbers of the control. Zero is success; every failure is positive, as programs test `> 0`.

/** The client belongs to another thread. */
export const stErrorNotHandleOwner = 10001;
/** The file does not exist. */
export const stErrorFileNotFound = 10002;
/** The file cannot be made or written. */
export const stErrorFileNotCreated = 10003;
/** The call was cancelled. */
export const stErrorOperationCanceled = 10004;
/** The name cannot be a file's. */
export const stErrorInvalidFileName = 10008;
/** Memory is short. */
export const stErrorOutOfMemory = 10012;
/** Access is not allowed. */
export const stErrorAccessDenied = 10013;
/** An argument or a property has a value that cannot be used. */
export const stErrorInvalidParameter = 10014;
/** The message data cannot be used. */
export const stErrorInvalidBuffer = 10022;
/** No more connections can be opened. */
export const stErrorNoHandles = 10024;
/** The call would have to wait. */
export const stErrorOperationWouldBlock = 10035;
/** Another call of this client has not ended yet. */
export const stErrorOperationInProgress = 10036;
/** There is no such session. */
export const stErrorInvalidHandle = 10038;
/** The address cannot be read. */
export const stErrorInvalidAddress = 10039;
/** An option is not known. */
export const stErrorInvalidOption = 10042;
/** This is not supported here. */
export const stErrorOperationNotSupported = 10045;
/** The address is in use. */
export const stErrorAddressInUse = 10048;
/** The address is not one of this machine. */
export const stErrorAddressNotAvailable = 10049;
/** The network is down. */
export const stErrorNetworkUnavailable = 10050;
/** The network cannot be reached. */
export const stErrorNetworkUnreachable = 10051;
/** The connection was closed. */
export const stErrorConnectionAborted = 10053;
/** The connection was lost. */
export const stErrorConnectionReset = 10054;
/** There is no connection. */
export const stErrorNotConnected = 10057;
/** The call took longer than Timeout. */
export const stErrorOperationTimeout = 10060;
/** Nobody listens there. */
export const stErrorConnectionRefused = 10061;
/** The host is down. */
export const stErrorHostUnavailable = 10064;
/** The host cannot be reached. */
export const stErrorHostUnreachable = 10065;
/** The name has no address. */
export const stErrorHostNotFound = 11001;
/** The server does not know the command. */
export const stErrorUnknownCommand = 12001;
/** The command is not possible now. */
export const stErrorInvalidCommand = 12002;
/** The server wants a login first. */
export const stErrorAuthenticationRequired = 12003;
/** The server refused the login. */
export const stErrorAuthenticationFailed = 12004;
/** The server does not support this. */
export const stErrorCommandNotSupported = 12005;

// These are this package's own: the control's numbers for a server's refusals are not known.
/** The server refused the connection. */
export const stErrorServerRefused = 12101;
/** The server refused the sender. */
export const stErrorSenderRefused = 12102;
/** The server refused a recipient. */
export const stErrorRecipientRefused = 12103;
/** The server refused the message. */
export const stErrorMessageRefused = 12104;
/** The message is larger than the server takes. */
export const stErrorMessageTooLarge = 12105;
/** The server broke the protocol. */
export const stErrorInvalidReply = 12106;
/** No secure connection could be made. */
export const stErrorSecureConnection = 12107;
/** The server's certificate is not to be trusted. */
export const stErrorCertificateRefused = 12108;
/** The domain has no server that takes mail. */
export const stErrorNoMailExchange = 12109;
/** The server refused the command. */
export const stErrorCommandRefused = 12110;

/** Every number with its meaning, the text of LastErrorString where there is no better one. */
export const SOCKETTOOLS_ERRORS: Readonly<Record<number, string>> = {
  [stErrorNotHandleOwner]: "the client belongs to another thread",
  [stErrorFileNotFound]: "the file does not exist",
  [stErrorFileNotCreated]: "the file cannot be made or written",
  [stErrorOperationCanceled]: "the call was cancelled",
  [stErrorInvalidFileName]: "the name cannot be a file's",
  [stErrorOutOfMemory]: "memory is short",
  [stErrorAccessDenied]: "access is not allowed",
  [stErrorInvalidParameter]: "an argument or a property has a value that cannot be used",
  [stErrorInvalidBuffer]: "the message data cannot be used",
  [stErrorNoHandles]: "no more connections can be opened",
  [stErrorOperationWouldBlock]: "the call would have to wait",
  [stErrorOperationInProgress]: "another call of this client has not ended yet",
  [stErrorInvalidHandle]: "there is no such session",
  [stErrorInvalidAddress]: "the address cannot be read",
  [stErrorInvalidOption]: "an option is not known",
  [stErrorOperationNotSupported]: "this is not supported here",
  [stErrorAddressInUse]: "the address is in use",
  [stErrorAddressNotAvailable]: "the address is not one of this machine",
  [stErrorNetworkUnavailable]: "the network is down",
  [stErrorNetworkUnreachable]: "the network cannot be reached",
  [stErrorConnectionAborted]: "the connection was closed",
  [stErrorConnectionReset]: "the connection was lost",
  [stErrorNotConnected]: "there is no connection",
  [stErrorOperationTimeout]: "the call took longer than Timeout",
  [stErrorConnectionRefused]: "nobody listens there",
  [stErrorHostUnavailable]: "the host is down",
  [stErrorHostUnreachable]: "the host cannot be reached",
  [stErrorHostNotFound]: "the name has no address",
  [stErrorUnknownCommand]: "the server does not know the command",
  [stErrorInvalidCommand]: "the command is not possible now",
  [stErrorAuthenticationRequired]: "the server wants a login first",
  [stErrorAuthenticationFailed]: "the server refused the login",
  [stErrorCommandNotSupported]: "the server does not support this",
  [stErrorServerRefused]: "the server refused the connection",
  [stErrorSenderRefused]: "the server refused the sender",
  [stErrorRecipientRefused]: "the server refused a recipient",
  [stErrorMessageRefused]: "the server refused the message",
  [stErrorMessageTooLarge]: "the message is larger than the server takes",
  [stErrorInvalidReply]: "the server broke the protocol",
  [stErrorSecureConnection]: "no secure connection could be made",
  [stErrorCertificateRefused]: "the server's certificate is not to be trusted",
  [stErrorNoMailExchange]: "the domain has no server that takes mail",
  [stErrorCommandRefused]: "the server refused the command",
};
