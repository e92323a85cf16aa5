/** Why a command could not do what it was asked, in words for the user: shown without a stack. */
export class CommandFailed extends Error {
  override readonly name: string = "CommandFailed";
  readonly exitCode: number = 1;
}

/** The command line, or a file that it names, makes no sense: the same would fail again. */
export class WrongUse extends CommandFailed {
  override readonly name = "WrongUse";
  override readonly exitCode = 2;
}
