/** Names, places and goods of the demo. Invented or generic; no real person's data. */

export const FIRST_NAMES = (
  "Ada Alan Amira Anna Aisha Ben Carlos Chen Clara David Diego Elena Emil Fatima Felix " +
  "Grace Hana Hugo Ines Ivan Jana Jorge Julia Kai Lars Leila Lina Luca Marco Maria Mei Mila " +
  "Nadia Nina Noah Olga Omar Paul Priya Rafael Rosa Samir Sara Sofia Tariq Tom Vera Wei " +
  "Yara Zoe"
).split(" ");

export const LAST_NAMES = (
  "Abbott Andersen Bauer Becker Brown Castillo Chen Costa Dubois Eriksen Fischer Garcia " +
  "Haas Hansen Hoffmann Ito Ivanova Jensen Kaya Keller Khan Kim Kowalski Larsen Lopez " +
  "Martin Meyer Moreau Müller Nguyen Novak Okafor Olsen Patel Pereira Petrov Rossi Santos " +
  "Sato Schmidt Silva Singh Smith Suzuki Tanaka Weber Wilson Wójcik Yilmaz Zhang"
).split(" ");

/** City, region and country. */
export const CITIES: readonly (readonly [string, string, string])[] = [
  ["Berlin", "EU", "DE"],
  ["Hamburg", "EU", "DE"],
  ["Munich", "EU", "DE"],
  ["Paris", "EU", "FR"],
  ["Lyon", "EU", "FR"],
  ["Madrid", "EU", "ES"],
  ["Porto", "EU", "PT"],
  ["Milan", "EU", "IT"],
  ["Warsaw", "EU", "PL"],
  ["Oslo", "EU", "NO"],
  ["New York", "AMER", "US"],
  ["Chicago", "AMER", "US"],
  ["Seattle", "AMER", "US"],
  ["Austin", "AMER", "US"],
  ["Toronto", "AMER", "CA"],
  ["São Paulo", "AMER", "BR"],
  ["Tokyo", "APAC", "JP"],
  ["Osaka", "APAC", "JP"],
  ["Seoul", "APAC", "KR"],
  ["Sydney", "APAC", "AU"],
  ["Singapore", "APAC", "SG"],
];

export const CATEGORIES: readonly (readonly [string, number, readonly string[]])[] = [
  ["Electronics", 180, ["Headphones", "Keyboard", "Monitor", "Speaker", "Tablet", "Charger"]],
  ["Home", 55, ["Lamp", "Kettle", "Blanket", "Shelf", "Pan", "Clock"]],
  ["Sports", 70, ["Racket", "Yoga Mat", "Backpack", "Running Shoes", "Bottle", "Helmet"]],
  ["Books", 18, ["Novel", "Cookbook", "Atlas", "Biography", "Guide", "Comic"]],
  ["Clothing", 45, ["Jacket", "Shirt", "Jeans", "Scarf", "Socks", "Cap"]],
  ["Toys", 25, ["Puzzle", "Blocks", "Board Game", "Kite", "Doll", "Train Set"]],
];

export const BRANDS = "Aurum Borealis Cobalt Dune Ember Fjord Glacier Halo".split(" ");
export const CHANNELS = ["web", "app", "store"];
export const PROMO_CODES = ["SPRING10", "SUMMER15", "AUTUMN10", "WINTER20", "WELCOME5"];
export const TICKET_CATEGORIES = ["delivery", "billing", "quality", "account", "other"];
