/** Why a command could not do what it was asked, in words for the user: shown without a stack. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}
