const mark = Buffer.from('marked-image-\xFB\xEF\xBE\xFF\xFE\x3F-bytes', 'latin1');

/** Pictures are sent as data URLs; the header is all that anyone looks at, and no gateway may show the mark behind it. */
export function picture(width, height) {
  const png = Buffer.alloc(45 + mark.length);
  png.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png[24] = 8;
  png[25] = 2;
  mark.copy(png, 45);
  return `data:image/png;base64,${png.toString('base64')}`;
}
