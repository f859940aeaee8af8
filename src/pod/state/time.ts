/**
 * Milliseconds of a time of the API since the epoch; NaN without a time. In JSON it is a string, although the type of the model is
 * Date.
 */
export function timeOf(time: Date | undefined): number {
  return time === undefined ? NaN : new Date(time).getTime();
}
