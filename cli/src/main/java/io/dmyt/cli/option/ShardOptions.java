package io.dmyt.cli.option;

import com.beust.jcommander.IStringConverter;
import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParameterException;
import io.dmyt.data.Shard;

/** The option that has several machines share a job. */
public final class ShardOptions {
  @Parameter(
      names = "--shard",
      converter = Converter.class,
      description =
          "Do part I of N of the job, given as I/N; dmyt merge puts the parts' outputs together")
  public Shard shard = Shard.WHOLE;

  /** Reads {@code I/N}. */
  public static final class Converter implements IStringConverter<Shard> {
    @Override
    public Shard convert(String value) {
      try {
        return Shard.parse(value);
      } catch (IllegalArgumentException e) {
        throw new ParameterException("--shard: " + e.getMessage());
      }
    }
  }
}
