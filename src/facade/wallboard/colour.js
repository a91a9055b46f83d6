// The queue's own colours, where they can be read together.

// WCAG's least for text.
const LEAST = 4.5;

const context = document.createElement('canvas').getContext('2d');

// Red, green and blue of any colour that CSS knows; none of anything else.
const parse = (text) => {
  if (!text || !CSS.supports('color', text)) {
    return undefined;
  }
  context.fillStyle = text;
  const hex = /^#(..)(..)(..)$/.exec(context.fillStyle);
  return hex?.slice(1).map((part) => parseInt(part, 16));
};

const luminance = (rgb) => {
  const [r, g, b] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (one, other) => {
  const [dark, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};

const css = (rgb) => `rgb(${rgb.join(' ')})`;

// A ground and an ink for it: the queue's ink where it can be read there, else black or white, one of which always can. None without a ground.
export const colours = ({ background_color: ground, font_color: ink }) => {
  const [under, over] = [parse(ground), parse(ink)];
  if (!under) {
    return undefined;
  }
  const [black, white] = [[0, 0, 0], [255, 255, 255]];
  const plain = contrast(under, black) > contrast(under, white) ? black : white;
  return { ground: css(under), ink: css(over && contrast(under, over) >= LEAST ? over : plain) };
};
