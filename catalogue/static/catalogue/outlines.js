// The outlines of the countries as features of a map, from the vendored file.

export async function outlines(ol, address) {
  const answer = await fetch(address);
  if (!answer.ok) return [];
  const format = new ol.TopoJSON({ dataProjection: "EPSG:4326" });
  return format.readFeatures(await answer.json()).flatMap(unrolled);
}

// Outlines that cross the 180th meridian go on beyond it, and come a second time at the other side.
function unrolled(feature) {
  const geometry = feature.getGeometry();
  const single = geometry.getType() === "Polygon";
  const polygons = single ? [geometry.getCoordinates()] : geometry.getCoordinates();
  let crosses = false;
  for (const ring of polygons.flat()) {
    for (let i = 1; i < ring.length; i += 1) {
      while (Math.abs(ring[i][0] - ring[i - 1][0]) > 180 && Math.abs(ring[i][1]) < 85) {
        ring[i][0] += ring[i][0] < ring[i - 1][0] ? 360 : -360;
        crosses = true;
      }
    }
  }
  if (!crosses) return [feature];
  geometry.setCoordinates(single ? polygons[0] : polygons);
  const east = geometry.getExtent()[2] > 180;
  const copy = feature.clone();
  copy.getGeometry().translate(east ? -360 : 360, 0);
  return [feature, copy];
}
