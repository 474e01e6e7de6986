// One line of JSON for each case, for the suite that runs this one.
export default async function* reporter(source) {
  for await (const { type, data } of source) {
    if ((type === 'test:pass' || type === 'test:fail') && data.nesting === 0) {
      const { error } = data.details;
      const failure = type === 'test:fail' ? String(error?.cause?.stack ?? error?.cause ?? error?.stack ?? error) : null;
      yield `${JSON.stringify({ name: data.name, failure })}\n`;
    }
  }
}
