/** Before all tests: containers where they are asked for; the library behind them is not loaded otherwise. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TESTCONTAINERS !== '1') return undefined;
  const { startContainers } = await import('./start-containers.ts');
  return startContainers();
}
