import { PlatformError } from '../core/errors';
import { mebibytes } from '../core/units';
import { acceleratorNames, catalogue } from './catalogue';
import { deviceMemory, gib, isWhole } from './device';
import { type Need, needProblems } from './need';
import type { Offer, Place } from './place';

/** A need whose problems are none. */
interface Wanted extends Need {
  /** MiB. */
  readonly least: number;
  readonly cards: number;
}

/**
 * The rules of choice. Training takes the smallest accelerator that fits, not the biggest there is; serving takes an A2
 * if model plus batch fit its memory, otherwise what training would take; services and data processing run on CPUs.
 * @returns one of the place's offers; undefined when a CPU will do: neither memory nor an accelerator was asked for
 * @throws PlatformError with everything that is wrong with the need, or with what the place has instead
 */
export function choose<Offered extends Offer>(need: Need, place: Place<Offered>): Offered | undefined {
  const problems = needProblems(need);
  if (problems.length > 0) throw new PlatformError(...problems);
  const { memory, accelerator, count = 1 } = need;
  if (memory === undefined && accelerator === undefined) return undefined;
  const wanted = { ...need, least: memory === undefined ? 0 : mebibytes(memory), cards: count };
  return accelerator === undefined ? byMemory(wanted, place) : byName(wanted, accelerator, place);
}

function byMemory<Offered extends Offer>(wanted: Wanted, place: Place<Offered>): Offered {
  const { purpose } = wanted;
  const fitting = smallestFirst(place.offers).filter(
    (offer) => deviceMemory(offer) >= wanted.least && cardsOf(offer) >= wanted.cards,
  );
  const forServing = fitting.find((offer) => catalogue[offer.accelerator].role === 'serving');
  const forTraining = fitting.find((offer) => catalogue[offer.accelerator].role === 'training');
  const found = purpose === 'serving' ? (forServing ?? forTraining) : forTraining;
  if (found) return found;
  const several = wanted.cards > 1 ? `${wanted.cards} accelerators on one node, each with` : 'an accelerator with';
  const named = forServing
    ? `, or name '${forServing.accelerator}', which is for serving, to train on it all the same`
    : '';
  throw new PlatformError({
    what: `${place.name} does not have ${several} ${gib(wanted.least)} for ${purpose}`,
    got: place.has,
    do: `${place.tooSmall}${named}`,
  });
}

function byName<Offered extends Offer>(
  wanted: Wanted,
  accelerator: Offered['accelerator'],
  place: Place<Offered>,
): Offered {
  const offers = smallestFirst(place.offers.filter((offer) => offer.accelerator === accelerator));
  if (offers.length === 0) {
    throw new PlatformError({
      what: `${place.name} has no ${accelerator}`,
      got: place.has,
      do: place.without(accelerator),
    });
  }
  const fitting = offers.filter((offer) => deviceMemory(offer) >= wanted.least);
  const enough = fitting.filter((offer) => cardsOf(offer) >= wanted.cards);
  // a card by name is a whole one where there is one; with a need of memory, the smallest part that fits
  const found = wanted.memory === undefined ? enough.at(-1) : enough[0];
  if (found) return found;
  const most = Math.max(...offers.map(deviceMemory));
  throw new PlatformError(
    fitting.length === 0
      ? {
          what: `${accelerator} of ${place.name} has less memory than the need of ${gib(wanted.least)}`,
          got: `${gib(most)} as the driver reports it (sold as ${catalogue[accelerator].soldAsGB} GB)`,
          do: 'lower memory, or leave out accelerator',
        }
      : {
          what: `${place.name} has no node with ${wanted.cards} × ${accelerator}`,
          got: `at most ${Math.max(...fitting.map(cardsOf))} for one pod`,
          do: 'ask for fewer',
        },
  );
}

/** Cards that one pod can use: slices and turns cannot be joined. */
const cardsOf = (offer: Offer) => (isWhole(offer) ? offer.gpusPerNode : 1);

/** In the order of the catalogue; a part of a card stands before the first card that has as much memory. */
function smallestFirst<Offered extends Offer>(offers: readonly Offered[]): Offered[] {
  const rank = (offer: Offer) => {
    if (isWhole(offer)) return acceleratorNames.indexOf(offer.accelerator);
    const asMuch = acceleratorNames.findIndex((name) => catalogue[name].memoryMiB >= deviceMemory(offer));
    return asMuch - 0.5;
  };
  return [...offers].sort((a, b) => rank(a) - rank(b) || deviceMemory(a) - deviceMemory(b));
}
